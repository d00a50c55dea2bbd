// An update tool, as bootloader mode knows them: docs/spec/loader.md. It talks to a Desk.
const SYNC = 0x08, BEGIN = 0x02, DATA = 0x03, END = 0x04;
const SYNC_DATA = Buffer.from([7, 7, 0x12, 0x20, ...new Array(32).fill(0x55)]);
const SYNC_REPLIES = 8;

function words(...numbers) {
	const bytes = Buffer.alloc(4 * numbers.length);
	numbers.forEach((number, i) => bytes.writeUInt32LE(number, 4 * i));
	return bytes;
}

function frame(op, data, check = 0) {
	const head = Buffer.from([0, op, data.length & 255, data.length >> 8, ...words(check)]);
	const escapes = {0xc0: [0xdb, 0xdc], 0xdb: [0xdb, 0xdd]};
	const escaped = [...head, ...data].flatMap(byte => escapes[byte] ?? [byte]);
	return [0xc0, ...escaped, 0xc0];
}

export const SYNC_FRAME = frame(SYNC, SYNC_DATA);

export class Tool {
	constructor(desk) {
		this.desk = desk;
	}

	// The replies in what was said, as [op, last four bytes].
	replies() {
		const found = [];
		let inside = null;
		for (let i = 0; i < this.desk.said.length; i++) {
			const byte = this.desk.said[i];
			if (byte === 0xc0) {
				if (inside !== null && inside.length > 8 && inside[0] === 1)
					found.push([inside[1], inside.slice(8)]);
				inside = [];
			} else if (inside !== null) {
				inside.push(byte === 0xdb ? this.desk.said[++i] === 0xdc ? 0xc0 : 0xdb : byte);
			}
		}
		return found;
	}

	ask(op, data, check = 0, count = 1) {
		this.desk.said = [];
		this.desk.chip.send(frame(op, data, check));
		this.desk.chip.run(10000, () => this.replies().length >= count);
		const [reply] = this.replies();
		if (reply === undefined || reply[0] !== op || reply[1][0] !== 0)
			throw new Error(`no good answer to ${op.toString(16)}: ${JSON.stringify(reply)}`);
	}

	sync() {
		this.ask(SYNC, SYNC_DATA, 0, SYNC_REPLIES);
	}

	write(offset, bytes, block = 1024) {
		const blocks = Math.ceil(bytes.length / block);
		this.ask(BEGIN, words(bytes.length, blocks, block, offset));
		for (let number = 0; number < blocks; number++) {
			const data = bytes.subarray(number * block, (number + 1) * block);
			const padded = Buffer.concat([data, Buffer.alloc(block - data.length, 0xff)]);
			const check = padded.reduce((sum, byte) => sum ^ byte, 0xef);
			this.ask(DATA, Buffer.concat([words(block, number, 0, 0), padded]), check);
		}
	}

	// 1: the image is started; 0: a reset.
	end(how) {
		this.ask(END, words(how));
	}
}
