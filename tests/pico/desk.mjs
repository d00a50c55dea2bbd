// A Pico on a desk: its flash filled, its pins wired, and what it says on uart0.
import fs from "node:fs";
import {Chip, POWER} from "../../hardware/rp2040/chip.mjs";
import {FLASH_BYTES} from "../../hardware/rp2040/flash.mjs";

const OUT = new URL("../../build/pico/", import.meta.url);
export const P12 = 12, G23 = 2;
// boards/pico/pico_kind.c
export const SLOTS = {factory: 0x010000, ota_0: 0x080000, ota_1: 0x0f0000};
const RECORD = 0x160000;
export const SLOT_FACTORY = 0, SLOT_OTA_0 = 1, NO_SLOT = 255;
export const IMAGES = {factory: 1, ota_0: 2, ota_1: 3};

export function file(name) {
	return fs.readFileSync(new URL(name, OUT));
}

export function image(slot) {
	return file(`${slot}.${IMAGES[slot]}.img`);
}

export function crc32(bytes) {
	let sum = ~0;
	for (const byte of bytes) {
		sum ^= byte;
		for (let i = 0; i < 8; i++)
			sum = sum >>> 1 ^ (sum & 1 ? 0xedb88320 : 0);
	}
	return ~sum >>> 0;
}

// docs/spec/image.md: the first eight bytes of the SHA-256 TLV.
function imageId(bytes) {
	return bytes.subarray(bytes.indexOf(Buffer.from([0x10, 0, 32, 0])) + 4).subarray(0, 8);
}

function unit(magic, fields) {
	const bytes = Buffer.alloc(64);
	bytes.writeUInt32LE(magic, 0);
	bytes[4] = 1;
	fields.copy(bytes, 16);
	bytes.writeUInt32LE(crc32(bytes.subarray(0, 60)), 60);
	return bytes;
}

// docs/spec/record.md: a sector that is in use, and one entry.
export function record(state, slots) {
	const fields = Buffer.alloc(44);
	fields.set([state.latest, state.previous, NO_SLOT, state.trial ? 1 : 0, state.tries ?? 0, 2]);
	Object.keys(SLOTS).forEach((slot, i) => slots[slot] && imageId(slots[slot]).copy(fields, 20 + 8 * i));
	return Buffer.concat([unit(0x5352424c, Buffer.alloc(0)), unit(0x4552424c, fields)]);
}

// A flash with the bootloader, these images and this record.
export function content(slots = {}, kept = null) {
	const bytes = Buffer.alloc(FLASH_BYTES, 0xff);
	file("boot.bin").copy(bytes, 0);
	for (const [slot, data] of Object.entries(slots))
		data.copy(bytes, SLOTS[slot]);
	kept?.copy(bytes, RECORD);
	return bytes;
}

export class Desk {
	constructor(flash) {
		this.said = [];
		this.chip = new Chip({content: flash, onSerial: byte => this.said.push(byte)});
	}

	get text() {
		return Buffer.from(this.said).toString("latin1");
	}

	// Power goes and comes; what was said before is forgotten.
	reset(why = POWER) {
		this.said = [];
		this.chip.reset(why);
	}

	// Until that was said, in module time.
	until(pattern, ms = 20000) {
		const ended = () => this.text.match(pattern) !== null;
		this.chip.run(ms, ended);
		if (!ended())
			throw new Error(`${pattern} was not said in ${ms} ms: ${JSON.stringify(this.text)}`);
		return this.text.match(pattern);
	}

	// What the next image says of its boot, as numbers.
	boot(ms) {
		this.until(/image: .*\r\n/, ms);
		const numbers = {};
		for (const [, name, value] of this.text.match(/image: .*\r\n/)[0].matchAll(/(\w+)=(\d+)/g))
			numbers[name] = Number(value);
		return numbers;
	}

	send(bytes) {
		this.chip.send(Buffer.from(bytes, "latin1"));
	}
}
