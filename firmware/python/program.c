#include "firmware/python/program.h"

#include "py/compile.h"
#include "py/runtime.h"

struct program {
	const char *text;
	size_t size_bytes;
	mp_lexer_t *lexer; /* stands at the next statement's first token */
	size_t line;       /* of at, from 1 */
	const char *at;
};

static mp_lexer_t *read_text(const char *text, size_t size_bytes)
{
	return mp_lexer_new_from_str_len(MP_QSTR__lt_stdin_gt_, text, size_bytes, 0);
}

static bool is_at(const struct program *program, mp_token_kind_t kind)
{
	return program->lexer->tok_kind == kind;
}

static void skip_line(struct program *program)
{
	while (!is_at(program, MP_TOKEN_NEWLINE) && !is_at(program, MP_TOKEN_END))
		mp_lexer_to_next(program->lexer);
	if (is_at(program, MP_TOKEN_NEWLINE))
		mp_lexer_to_next(program->lexer);
}

static void skip_block(struct program *program)
{
	int depth = 0;

	do {
		depth += is_at(program, MP_TOKEN_INDENT) - is_at(program, MP_TOKEN_DEDENT);
		if (depth > 0)
			mp_lexer_to_next(program->lexer);
	} while (depth > 0);
	if (is_at(program, MP_TOKEN_DEDENT))
		mp_lexer_to_next(program->lexer);
}

/* A decorator's line, or a clause that another one of the same statement may follow. */
static void skip_statement(struct program *program)
{
	bool more;

	do {
		more = is_at(program, MP_TOKEN_OP_AT);
		skip_line(program);
		skip_block(program);
		more |= is_at(program, MP_TOKEN_KW_ELIF) || is_at(program, MP_TOKEN_KW_ELSE) ||
		        is_at(program, MP_TOKEN_KW_EXCEPT) || is_at(program, MP_TOKEN_KW_FINALLY);
	} while (more);
}

/* Moves to where the lexer stands, at the start of a line. */
static void follow(struct program *program)
{
	const char *end = program->text + program->size_bytes;

	for (; program->at < end && (is_at(program, MP_TOKEN_END) || program->line < program->lexer->tok_line);
	     program->at++)
		program->line += *program->at == '\n';
}

static void run_statement(struct program *program)
{
	const size_t line = program->line;
	const char *start = program->at;
	mp_parse_tree_t tree;
	mp_lexer_t *lexer;

	skip_statement(program);
	follow(program);
	lexer = read_text(start, (size_t)(program->at - start));
	lexer->line += line - 1;
	lexer->tok_line += line - 1;
	tree = mp_parse(lexer, MP_PARSE_SINGLE_INPUT);
	mp_call_function_0(mp_compile(&tree, MP_QSTR__lt_stdin_gt_, true));
}

static mp_obj_t program_run(mp_obj_t source)
{
	mp_buffer_info_t text;
	struct program program;
	mp_parse_tree_t tree;

	mp_get_buffer_raise(source, &text, MP_BUFFER_READ);
	tree = mp_parse(read_text(text.buf, text.len), MP_PARSE_FILE_INPUT);
	mp_compile(&tree, MP_QSTR__lt_stdin_gt_, true);
	program = (struct program){
		.text = text.buf,
		.size_bytes = text.len,
		.lexer = read_text(text.buf, text.len),
		.line = 1,
		.at = text.buf,
	};
	while (is_at(&program, MP_TOKEN_NEWLINE))
		mp_lexer_to_next(program.lexer);
	follow(&program);
	while (!is_at(&program, MP_TOKEN_END))
		run_statement(&program);
	mp_lexer_free(program.lexer);
	return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(lb_program_run_obj, program_run);
