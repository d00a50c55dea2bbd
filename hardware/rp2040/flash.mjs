// The flash chip: a W25Q16JV behind its serial commands, with the rules and the times of its data sheet. What breaks a
// rule on silicon only now and then is an error here at once.

export const FLASH_BYTES = 2 << 20;
export const SECTOR_BYTES = 4096;
const PAGE_BYTES = 256;
const UNIT_BYTES = 16; // as the board says (boards/pico/pico_kind.c): programmed once between two erases

// Typical times, in ns.
const ERASE_NS = 45e6;
const PROGRAM_NS = 30e3;
const PROGRAM_BYTE_NS = 2.5e3;

const PROGRAM = 0x02, READ = 0x03, WRITE_DISABLE = 0x04, STATUS = 0x05, WRITE_ENABLE = 0x06, ERASE_SECTOR = 0x20,
	UNIQUE_ID = 0x4b, JEDEC_ID = 0x9f;
const BUSY = 1, WRITE_ENABLED = 2;

export class FlashError extends Error {}
export class PowerCut extends Error {}

// A pseudo-random number generator, so that every torn byte is the same again.
function noise(seed) {
	let state = seed | 1;
	return () => {
		state ^= state << 13;
		state ^= state >>> 17;
		state ^= state << 5;
		return state & 0xff;
	};
}

export class FlashChip {
	// content: what it holds, at most FLASH_BYTES; the rest is blank.
	constructor(content = new Uint8Array(0), id = [0xe6, 0x61, 0x38, 0x52, 0x83, 0x4b, 0x1c, 0x2d]) {
		this.cells = new Uint8Array(FLASH_BYTES).fill(0xff);
		this.cells.set(content);
		this.id = id;
		this.programmed = new Uint8Array(FLASH_BYTES / UNIT_BYTES);
		for (let unit = 0; unit < this.programmed.length; unit++)
			this.programmed[unit] = this.isBlank(unit * UNIT_BYTES, UNIT_BYTES) ? 0 : 1;
		this.operations = []; // {kind, offset, size}: all that changed it
		this.onChange = () => {}; // (offset, size)
		this.onPoll = () => {}; // (until): somebody asks whether it is busy, which it is until then
		this.cut = null; // {operation, depth: "before" | "within" | "after"}: where the power goes
		this.powerUp(() => 0);
	}

	// now: module time in ns, of the reset that begins. A reset of the CPU alone leaves the chip at its work.
	powerUp(now) {
		this.now = now;
		this.selected = false;
		this.enabled = false;
		this.busyUntil = 0;
		this.command = [];
	}

	isBlank(offset, size) {
		for (let at = offset; at < offset + size; at++)
			if (this.cells[at] !== 0xff)
				return false;
		return true;
	}

	get busy() {
		return this.now() < this.busyUntil;
	}

	// The chip select pin: low is true.
	select(low) {
		if (low === this.selected)
			return;
		this.selected = low;
		if (!low)
			this.end(this.command);
		this.command = [];
	}

	// One byte in, the byte that comes out meanwhile.
	exchange(byte) {
		if (!this.selected)
			throw new FlashError("bytes for a chip that is not selected");
		const at = this.command.length;
		this.command.push(byte);
		return at === 0 ? 0 : this.answer(this.command[0], at);
	}

	answer(command, at) {
		switch (command) {
		case STATUS:
			if (this.busy)
				this.onPoll(this.busyUntil);
			return (this.busy ? BUSY : 0) | (this.enabled ? WRITE_ENABLED : 0);
		case JEDEC_ID: return [0xef, 0x40, 0x15][(at - 1) % 3];
		case UNIQUE_ID: return at > 4 ? this.id[(at - 5) % 8] : 0;
		case READ: return at > 3 ? this.cells[(this.address() + at - 4) % FLASH_BYTES] : 0;
		default: return 0;
		}
	}

	address() {
		return (this.command[1] << 16 | this.command[2] << 8 | this.command[3]) % FLASH_BYTES;
	}

	// The pin went high: what was sent is carried out.
	end(command) {
		const [what] = command;
		if (command.length === 0 || what === STATUS)
			return;
		if (this.busy)
			throw new FlashError(`command ${what.toString(16)} while the chip is busy`);
		switch (what) {
		case READ: case JEDEC_ID: case UNIQUE_ID: return;
		case WRITE_ENABLE: this.enabled = true; return;
		case WRITE_DISABLE: this.enabled = false; return;
		case PROGRAM: return this.change("program", command.slice(4));
		case ERASE_SECTOR: return this.change("erase", []);
		default: throw new FlashError(`the chip knows no command ${what.toString(16)}`);
		}
	}

	change(kind, data) {
		const offset = this.address();
		if (!this.enabled)
			throw new FlashError(`${kind} without write enable`);
		this.enabled = false;
		const size = kind === "erase" ? SECTOR_BYTES : data.length;
		this.check(kind, offset, size);
		const depth = this.cut !== null && this.cut.operation === this.operations.length ? this.cut.depth : null;
		this.operations.push({kind, offset, size});
		if (depth === "within")
			this.tear(kind, offset, data);
		else if (depth !== "before")
			this.apply(kind, offset, data);
		this.onChange(offset, size);
		if (depth !== null) {
			this.cut = null;
			throw new PowerCut(`${depth} ${kind} at ${offset.toString(16)}`);
		}
		this.busyUntil = this.now() + (kind === "erase" ? ERASE_NS : PROGRAM_NS + size * PROGRAM_BYTE_NS);
	}

	check(kind, offset, size) {
		if (kind === "erase" && offset % SECTOR_BYTES !== 0)
			throw new FlashError(`erase at ${offset.toString(16)}, which is no sector's start`);
		if (kind === "erase")
			return;
		if (size === 0 || offset % PAGE_BYTES + size > PAGE_BYTES)
			throw new FlashError(`program of ${size} bytes at ${offset.toString(16)} leaves the page`);
		if (offset % UNIT_BYTES !== 0 || size % UNIT_BYTES !== 0)
			throw new FlashError(`program of ${size} bytes at ${offset.toString(16)} is not of whole units`);
		for (let at = offset; at < offset + size; at += UNIT_BYTES)
			if (this.programmed[at / UNIT_BYTES])
				throw new FlashError(`the unit at ${at.toString(16)} is programmed twice`);
	}

	apply(kind, offset, data) {
		if (kind === "erase") {
			this.cells.fill(0xff, offset, offset + SECTOR_BYTES);
			this.programmed.fill(0, offset / UNIT_BYTES, (offset + SECTOR_BYTES) / UNIT_BYTES);
			return;
		}
		data.forEach((byte, i) => this.cells[offset + i] &= byte);
		this.programmed.fill(1, offset / UNIT_BYTES, (offset + data.length) / UNIT_BYTES);
	}

	// Half of it is done, a quarter is anything between, the rest is as before.
	tear(kind, offset, data) {
		const next = noise(offset + this.operations.length);
		const size = kind === "erase" ? SECTOR_BYTES : data.length;
		for (let i = 0; i < size * 3 / 4; i++) {
			const done = kind === "erase" ? 0xff : this.cells[offset + i] & data[i];
			const changing = done ^ this.cells[offset + i];
			this.cells[offset + i] ^= i < size / 2 ? changing : changing & next();
		}
		for (let at = offset; at < offset + size; at += UNIT_BYTES) // nobody can see that a blank one was begun
			this.programmed[at / UNIT_BYTES] = this.isBlank(at, UNIT_BYTES) ? 0 : 1;
	}
}
