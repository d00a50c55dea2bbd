// Peripherals that rp2040js has not, as far as our code uses them: the SSI with the flash chip behind it, the window in
// which flash is mapped, IO_QSPI, VREG_AND_CHIP_RESET, ROSC. Registers: the RP2040's data sheet.
import {BasePeripheral} from "./parts.mjs";
import {FLASH_BYTES, FlashError} from "./flash.mjs";

const CTRLR0 = 0x00, SSIENR = 0x08, SER = 0x10, BAUDR = 0x14, TXFLR = 0x20, RXFLR = 0x24, SR = 0x28, DR0 = 0x60,
	SPI_CTRLR0 = 0xf4;
const SR_TFNF = 2, SR_TFE = 4, SR_RFNE = 8;
const FIFO_ENTRIES = 16;
const XIP_CTRLR0 = 0x001f0300, XIP_SPI_CTRLR0 = 0x03000218; // reads of 32 bits by command 03h
const OUT_LOW = 2, OUT_HIGH = 3, OUT_NORMAL = 0;

// What a read of the window gives while the SSI does not serve it: no code that lives long.
const dead = new Uint8Array(FLASH_BYTES).fill(0xde);

// Keeps the registers that it knows nothing of.
class Registers extends BasePeripheral {
	constructor(mcu, name, values = {}) {
		super(mcu, name);
		this.values = values;
	}

	readUint32(offset) {
		return this.values[offset] ?? 0;
	}

	writeUint32(offset, value) {
		this.values[offset] = value >>> 0;
	}
}

// The window at 0x10000000. The cache is part of it: what changed in the chip is seen when it was flushed.
export class Window {
	constructor(mcu, flash) {
		this.mcu = mcu;
		this.flash = flash;
		this.seen = flash.cells.slice();
		this.stale = [];
		flash.onChange = (offset, size) => this.stale.push([offset, size]);
		this.set(false);
	}

	set(readable) {
		const bytes = readable ? this.seen : dead;
		this.readable = readable;
		this.mcu.flash = bytes;
		this.mcu.flash16 = new Uint16Array(bytes.buffer);
		this.mcu.flash32 = new Int32Array(bytes.buffer);
		this.mcu.flashView = new DataView(bytes.buffer);
	}

	flush() {
		for (const [offset, size] of this.stale)
			this.seen.set(this.flash.cells.subarray(offset, offset + size), offset);
		this.stale = [];
	}
}

export class Ssi extends Registers {
	constructor(mcu, flash, window) {
		super(mcu, "SSI");
		this.flash = flash;
		this.window = window;
		this.received = [];
		this.level = OUT_NORMAL;
	}

	readUint32(offset) {
		switch (offset) {
		case TXFLR: return 0;
		case RXFLR: return this.received.length;
		case SR: return SR_TFE | SR_TFNF | (this.received.length > 0 ? SR_RFNE : 0);
		case DR0: return this.received.shift() ?? 0;
		default: return super.readUint32(offset);
		}
	}

	writeUint32(offset, value) {
		if (offset === DR0)
			return this.send(value & 0xff);
		if (this.values[SSIENR] && [CTRLR0, BAUDR, SPI_CTRLR0].includes(offset))
			throw new FlashError(`the SSI is set up (${offset.toString(16)}) while it is enabled`);
		super.writeUint32(offset, value);
		if (offset === SSIENR && value === 0)
			this.received = [];
		this.update();
	}

	send(byte) {
		if (!this.values[SSIENR] || this.values[SER] !== 1 || this.values[CTRLR0] !== 7 << 16 || !this.values[BAUDR])
			throw new FlashError("a byte for the SSI, which is not set up for bytes");
		if (this.received.length === FIFO_ENTRIES)
			throw new FlashError("the SSI's FIFO runs over");
		this.received.push(this.flash.exchange(byte));
	}

	// The chip select: driven by hand, or by the SSI, which does so in the window's mode alone.
	drive(level) {
		this.level = level;
		if (level === OUT_LOW || level === OUT_HIGH)
			this.flash.select(level === OUT_LOW);
		else
			this.flash.select(false);
		this.update();
	}

	update() {
		const ready = this.values[SSIENR] === 1 && this.values[CTRLR0] === XIP_CTRLR0 &&
			this.values[SPI_CTRLR0] === XIP_SPI_CTRLR0 && this.level === OUT_NORMAL;
		if (ready && this.flash.busy)
			throw new FlashError("the window is opened while the chip is busy");
		if (ready !== this.window.readable)
			this.window.set(ready);
	}
}

const SS_CTRL = 0x0c;

export class IoQspi extends Registers {
	constructor(mcu, ssi) {
		super(mcu, "IO_QSPI");
		this.ssi = ssi;
	}

	writeUint32(offset, value) {
		super.writeUint32(offset, value);
		if (offset === SS_CTRL)
			this.ssi.drive(value >>> 8 & 3);
	}
}

const FLUSH = 4;

export class XipControl extends Registers {
	constructor(mcu, window) {
		super(mcu, "XIP_CTRL");
		this.window = window;
	}

	readUint32(offset) {
		return offset === FLUSH ? 0 : super.readUint32(offset);
	}

	writeUint32(offset, value) {
		if (offset === FLUSH)
			this.window.flush();
		else
			super.writeUint32(offset, value);
	}
}

const CHIP_RESET = 8;

// had: which reset of the chip was the last, 1 << 8 power, 1 << 16 RUN.
export function voltage(mcu, had) {
	return new Registers(mcu, "VREG_AND_CHIP_RESET", {0: 0x1000b1, 4: 0x91, [CHIP_RESET]: had});
}

const RANDOMBIT = 0x1c;

// Its random bit is not random here, so that every run is the same.
class RingOscillator extends Registers {
	constructor(mcu) {
		super(mcu, "ROSC", {0x18: 0x80001000});
		this.noise = 1;
	}

	readUint32(offset) {
		if (offset !== RANDOMBIT)
			return super.readUint32(offset);
		this.noise = Math.imul(this.noise, 1103515245) + 12345 | 0;
		return this.noise >>> 16 & 1;
	}
}

export function ringOscillator(mcu) {
	return new RingOscillator(mcu);
}
