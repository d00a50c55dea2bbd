#include "firmware/life/repair.h"

#include "py/builtin.h"
#include "py/gc.h"
#include "py/objtuple.h"
#include "py/runtime.h"

/* What mpremote's longest commands need, in pieces, since the heap may be in pieces too. */
enum { PIECES = 16, PIECE_BYTES = 512 };

static void repair_prompt(size_t which, qstr text)
{
	mp_obj_t *prompt = &MP_STATE_VM(sys_mutable)[which];

	if (*prompt == MP_OBJ_NULL || !mp_obj_is_str(*prompt))
		*prompt = MP_OBJ_NEW_QSTR(text);
}

/* The word that is set to 0 also says that a collection runs, which none does here. */
void lb_repair_after_exec(void)
{
	MP_STATE_THREAD(gc_lock_depth) = 0;
	repair_prompt(MP_SYS_MUTABLE_PS1, MP_QSTR__gt__gt__gt__space_);
	repair_prompt(MP_SYS_MUTABLE_PS2, MP_QSTR__dot__dot__dot__space_);
}

/* What replaces a builtin is in a table beside those, which is searched first. */
static void drop_replaced_builtins(void)
{
	mp_obj_dict_t *names = MP_STATE_VM(mp_module_builtins_override_dict);
	mp_map_t *own = (mp_map_t *)&mp_module_builtins_globals.map;

	if (names == NULL)
		return;
	for (size_t i = 0; i < names->map.alloc; i++) {
		if (!mp_map_slot_is_filled(&names->map, i))
			continue;
		const mp_obj_t name = names->map.table[i].key;

		if (mp_map_lookup(own, name, MP_MAP_LOOKUP) != NULL)
			mp_map_lookup(&names->map, name, MP_MAP_LOOKUP_REMOVE_IF_FOUND);
	}
}

static bool is_path_usable(void)
{
	size_t count;
	mp_obj_t *places;

	if (!mp_obj_is_type(mp_sys_path, &mp_type_list))
		return false;
	mp_obj_list_get(mp_sys_path, &count, &places);
	for (size_t i = 0; i < count; i++)
		if (!mp_obj_is_str(places[i]))
			return false;
	return true;
}

/* A path that import cannot go through keeps even built-in modules from whoever comes to the rescue. */
void lb_repair_path(void)
{
	static const qstr places[] = {MP_QSTR_, MP_QSTR__dot_frozen, MP_QSTR__slash_flash, MP_QSTR__slash_flash_slash_lib};

	if (is_path_usable())
		return;
	mp_sys_path = mp_obj_new_list(0, NULL);
	for (size_t i = 0; i < MP_ARRAY_SIZE(places); i++)
		mp_obj_list_append(mp_sys_path, MP_OBJ_NEW_QSTR(places[i]));
}

void lb_repair_after_scripts(void)
{
	MP_STATE_MEM(gc_auto_collect_enabled) = 1;
	drop_replaced_builtins();
}

/* With the collector on this collects before it fails. */
static bool try_memory(void)
{
	void *pieces[PIECES];
	size_t count = 0;

	while (count < PIECES && (pieces[count] = gc_alloc(PIECE_BYTES, 0)) != NULL)
		count++;
	for (size_t i = 0; i < count; i++)
		gc_free(pieces[i]);
	return count == PIECES;
}

bool lb_repair_has_memory(void)
{
	if (try_memory())
		return true;
	MP_STATE_MEM(gc_auto_collect_enabled) = 1;
	return try_memory();
}
