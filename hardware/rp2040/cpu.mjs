// A faster loop over rp2040js's CPU state, with the faults of silicon: what accesses memory that is not there, is not
// aligned, or executes what is no instruction ends in HardFault. What is rare is left to rp2040js's own decoder.
import {FLASH_BYTES} from "./flash.mjs";

const RAM = 0x20000000, RAM_BYTES = 264 * 1024, FLASH = 0x10000000;
const NS_PER_CYCLE = 8;
const HARD_FAULT = 3;

class Fault extends Error {}
const fault = new Fault("fault"); // thrown often, looked into never

const isPeripheral = address =>
	(address >>> 28 === 4 || address >>> 28 === 5 || address >>> 20 === 0x140 || address >>> 20 === 0x180);
const isCore = address => address >>> 28 === 0xd || address >>> 28 === 0xe;

export class Cpu {
	constructor(mcu, clock) {
		this.mcu = mcu;
		this.core = mcu.core;
		this.clock = clock;
		this.R = new Int32Array(mcu.core.registers.buffer);
		this.ram8 = mcu.sram;
		this.ram16 = new Uint16Array(mcu.sram.buffer);
		this.ram32 = new Int32Array(mcu.sram.buffer);
		this.owed = 0; // cycles that the clock has not been told of
		this.limit = 0; // of them, until its next alarm
		this.instructions = 0;
		this.lockedUp = false;
		this.stopped = false; // a reset was asked for
		// Pending is all that an interrupt is, until the loop looks at it.
		this.core.setInterrupt = (irq, value) => {
			if (value && !(this.core.pendingInterrupts & 1 << irq)) {
				this.core.pendingInterrupts |= 1 << irq;
				this.core.interruptsUpdated = true;
			} else if (!value) {
				this.core.pendingInterrupts &= ~(1 << irq);
			}
		};
	}

	// Tells the clock of what has passed.
	settle() {
		const {owed} = this;
		this.owed = 0;
		if (owed > 0)
			this.clock.tick(owed * NS_PER_CYCLE);
		this.measure();
	}

	measure() {
		const next = this.clock.nextAlarm;
		const until = Math.min(next === null ? Infinity : next.nanos, this.deadline) - this.clock.nanos;
		this.limit = until <= 0 ? 0 : Math.ceil(until / NS_PER_CYCLE);
	}

	// To that time, but for what comes before it: nothing is missed but the turns of a loop that waits.
	skip(nanos) {
		this.measure();
		const cycles = Math.min(Math.floor((nanos - this.clock.nanos) / NS_PER_CYCLE), this.limit);
		this.owed = Math.max(this.owed, cycles);
	}

	// ---- memory ----

	outside(address, size) {
		if (!(isPeripheral(address) || isCore(address) || address < 0x4000))
			throw fault;
		if (isPeripheral(address) && this.mcu.findPeripheral(address) === undefined &&
			!(address >>> 12 === 0x50100))
			throw fault;
		this.settle();
		this.cycles += size;
	}

	read32(address) {
		address >>>= 0;
		if (address & 3)
			throw fault;
		if (address - RAM >>> 0 < RAM_BYTES)
			return this.ram32[address - RAM >>> 2];
		if (address >>> 26 === FLASH >>> 26 && (address & 0xffffff) < FLASH_BYTES)
			return this.mcu.flash32[(address & 0xffffff) >>> 2];
		this.outside(address, 2);
		const value = this.mcu.readUint32(address) | 0;
		this.measure();
		return value;
	}

	read16(address) {
		address >>>= 0;
		if (address & 1)
			throw fault;
		if (address - RAM >>> 0 < RAM_BYTES)
			return this.ram16[address - RAM >>> 1];
		if (address >>> 26 === FLASH >>> 26 && (address & 0xffffff) < FLASH_BYTES)
			return this.mcu.flash16[(address & 0xffffff) >>> 1];
		this.outside(address, 2);
		const value = this.mcu.readUint16(address);
		this.measure();
		return value;
	}

	read8(address) {
		address >>>= 0;
		if (address - RAM >>> 0 < RAM_BYTES)
			return this.ram8[address - RAM];
		if (address >>> 26 === FLASH >>> 26 && (address & 0xffffff) < FLASH_BYTES)
			return this.mcu.flash[address & 0xffffff];
		this.outside(address, 2);
		const value = this.mcu.readUint8(address);
		this.measure();
		return value;
	}

	write32(address, value) {
		address >>>= 0;
		if (address & 3)
			throw fault;
		if (address - RAM >>> 0 < RAM_BYTES) {
			this.ram32[address - RAM >>> 2] = value;
			return;
		}
		if (address < 0x4000)
			throw fault;
		this.outside(address, 3);
		this.mcu.writeUint32(address, value >>> 0);
		this.measure();
	}

	write16(address, value) {
		address >>>= 0;
		if (address & 1)
			throw fault;
		if (address - RAM >>> 0 < RAM_BYTES) {
			this.ram16[address - RAM >>> 1] = value;
			return;
		}
		if (address < 0x4000)
			throw fault;
		this.outside(address, 3);
		this.mcu.writeUint16(address, value & 0xffff);
		this.measure();
	}

	write8(address, value) {
		address >>>= 0;
		if (address - RAM >>> 0 < RAM_BYTES) {
			this.ram8[address - RAM] = value;
			return;
		}
		if (address < 0x4000)
			throw fault;
		this.outside(address, 3);
		this.mcu.writeUint8(address, value & 0xff);
		this.measure();
	}

	fetch(address) {
		if (address - RAM >>> 0 < RAM_BYTES)
			return this.ram16[address - RAM >>> 1];
		if (address - FLASH >>> 0 < FLASH_BYTES)
			return this.mcu.flash16[address - FLASH >>> 1];
		throw fault;
	}

	// ---- flags ----

	nz(value) {
		this.core.N = value < 0;
		this.core.Z = value === 0;
		return value;
	}

	add(a, b, carry) {
		const sum = (a >>> 0) + (b >>> 0) + carry;
		const result = sum | 0;
		this.core.C = sum > 0xffffffff;
		this.core.V = ((a ^ result) & (b ^ result)) < 0;
		return this.nz(result);
	}

	shiftLeft(value, by) {
		if (by > 0)
			this.core.C = by <= 32 && (by === 32 ? value & 1 : value >>> 32 - by & 1) !== 0;
		return this.nz(by < 32 ? value << by : 0);
	}

	shiftRight(value, by) {
		if (by > 0)
			this.core.C = by <= 32 && (value >>> by - 1 & 1) !== 0;
		return this.nz(by < 32 ? value >>> by | 0 : 0);
	}

	shiftArithmetic(value, by) {
		if (by > 0)
			this.core.C = (value >> Math.min(by, 32) - 1 & 1) !== 0;
		return this.nz(value >> Math.min(by, 31));
	}

	rotate(value, by) {
		if (by === 0)
			return this.nz(value);
		const result = by & 31 ? value >>> (by & 31) | value << 32 - (by & 31) : value;
		this.core.C = result < 0;
		return this.nz(result);
	}

	holds(condition) {
		const {N, Z, C, V} = this.core;
		switch (condition) {
		case 0: return Z;
		case 1: return !Z;
		case 2: return C;
		case 3: return !C;
		case 4: return N;
		case 5: return !N;
		case 6: return V;
		case 7: return !V;
		case 8: return C && !Z;
		case 9: return !C || Z;
		case 10: return N === V;
		case 11: return N !== V;
		case 12: return !Z && N === V;
		default: return Z || N !== V;
		}
	}

	// ---- instructions ----

	// The register forms, 0100 00xx xxss sddd.
	process(op) {
		const {R, core} = this, d = op & 7, s = R[op >> 3 & 7];
		switch (op >> 6 & 15) {
		case 0: R[d] = this.nz(R[d] & s); break;
		case 1: R[d] = this.nz(R[d] ^ s); break;
		case 2: R[d] = this.shiftLeft(R[d], s & 255); break;
		case 3: R[d] = this.shiftRight(R[d], s & 255); break;
		case 4: R[d] = this.shiftArithmetic(R[d], s & 255); break;
		case 5: R[d] = this.add(R[d], s, core.C ? 1 : 0); break;
		case 6: R[d] = this.add(R[d], ~s, core.C ? 1 : 0); break;
		case 7: R[d] = this.rotate(R[d], s & 255); break;
		case 8: this.nz(R[d] & s); break;
		case 9: R[d] = this.add(0, ~s, 1); break;
		case 10: this.add(R[d], ~s, 1); break;
		case 11: this.add(R[d], s, 0); break;
		case 12: R[d] = this.nz(R[d] | s); break;
		case 13: R[d] = this.nz(Math.imul(R[d], s)); break;
		case 14: R[d] = this.nz(R[d] & ~s); break;
		case 15: R[d] = this.nz(~s); break;
		}
	}

	// 0100 01xx: any of the sixteen registers. pc reads as the instruction's address and 4.
	special(op, pc) {
		const {R} = this, m = op >> 3 & 15, d = op & 7 | op >> 4 & 8;
		const from = m === 15 ? pc + 4 : R[m], old = d === 15 ? pc + 4 : R[d];
		switch (op >> 8 & 3) {
		case 0: this.put(d, old + from | 0); break;
		case 1: this.add(old, ~from, 1); break;
		case 2: this.put(d, from); break;
		default:
			if (op & 0x80)
				R[14] = pc + 3;
			this.jump(from);
			this.cycles++;
		}
	}

	put(d, value) {
		if (d === 15) {
			this.R[15] = value & ~1;
			this.cycles++;
		} else {
			this.R[d] = d === 13 ? value & ~3 : value;
		}
	}

	// An address without the bit of Thumb code is one of code that there is not, and faults at the next instruction.
	jump(address) {
		if (this.core.IPSR !== 0 && address >>> 28 === 15) {
			this.core.exceptionReturn(address & 0x0fffffff);
			return;
		}
		if ((address & 1) === 0)
			throw fault;
		this.R[15] = address & ~1;
	}

	// 0101 xxxm mmnn nddd
	byRegister(op) {
		const {R} = this, d = op & 7, at = R[op >> 3 & 7] + R[op >> 6 & 7];
		switch (op >> 9 & 7) {
		case 0: this.write32(at, R[d]); break;
		case 1: this.write16(at, R[d]); break;
		case 2: this.write8(at, R[d]); break;
		case 3: R[d] = this.read8(at) << 24 >> 24; break;
		case 4: R[d] = this.read32(at); break;
		case 5: R[d] = this.read16(at); break;
		case 6: R[d] = this.read8(at); break;
		case 7: R[d] = this.read16(at) << 16 >> 16; break;
		}
	}

	push(op) {
		const {R} = this;
		let at = R[13];
		if (op & 0x100)
			this.write32(at -= 4, R[14]);
		for (let r = 7; r >= 0; r--)
			if (op & 1 << r) {
				this.write32(at -= 4, R[r]);
				this.cycles++;
			}
		R[13] = at;
	}

	pop(op) {
		const {R} = this;
		let at = R[13];
		for (let r = 0; r < 8; r++)
			if (op & 1 << r) {
				R[r] = this.read32(at);
				at += 4;
				this.cycles++;
			}
		if ((op & 0x100) === 0) {
			R[13] = at;
			return;
		}
		const to = this.read32(at);
		R[13] = at + 4;
		this.cycles += 3;
		this.jump(to);
	}

	// Loads or stores a list at Rn, which moves on, unless it is loaded itself.
	multiple(op, load) {
		const {R} = this, n = op >> 8 & 7;
		let at = R[n];
		for (let r = 0; r < 8; r++)
			if (op & 1 << r) {
				if (load)
					R[r] = this.read32(at);
				else
					this.write32(at, R[r]);
				at += 4;
				this.cycles++;
			}
		if (!load || !(op & 1 << n))
			R[n] = at;
	}

	// 1011: what fits nowhere else.
	various(op, pc) {
		const {R, core} = this, d = op & 7, s = R[op >> 3 & 7];
		if ((op & 0xff00) === 0xb000)
			R[13] += op & 0x80 ? -((op & 0x7f) << 2) : (op & 0x7f) << 2;
		else if ((op & 0xfe00) === 0xb400)
			this.push(op);
		else if ((op & 0xfe00) === 0xbc00)
			this.pop(op);
		else if ((op & 0xff00) === 0xb200)
			R[d] = op & 0x80 ? op & 0x40 ? s & 0xff : s & 0xffff : op & 0x40 ? s << 24 >> 24 : s << 16 >> 16;
		else if ((op & 0xffef) === 0xb662) {
			core.PM = (op & 0x10) !== 0;
			core.interruptsUpdated = true;
		} else if (op === 0xbf30)
			core.waiting = true;
		else if ((op & 0xff00) === 0xba00 && (op & 0xc0) !== 0x80 || (op & 0xff0f) === 0xbf00 && op <= 0xbf40)
			this.leave(op, pc);
		else
			throw fault;
	}

	// What rp2040js decodes.
	leave(op, pc) {
		this.R[15] = pc;
		this.settle();
		this.cycles += this.core.executeInstruction() - 1;
		this.measure();
	}

	wide(op, pc) {
		const low = this.fetch(pc + 2 >>> 0);
		if ((op & 0xf800) === 0xf000 && (low & 0xd000) === 0xd000) {
			const sign = op >> 10 & 1;
			const high = (sign ? -1 << 24 : 0) | (1 ^ sign ^ low >> 13 & 1) << 23 | (1 ^ sign ^ low >> 11 & 1) << 22;
			this.R[14] = pc + 5;
			this.R[15] = pc + 4 + (high | (op & 0x3ff) << 12 | (low & 0x7ff) << 1);
			this.cycles += 2;
		} else if (op === 0xf3ef || (op & 0xfff0) === 0xf380 || op === 0xf3bf)
			this.leave(op, pc);
		else
			throw fault;
	}

	// One instruction; what it costs is added to this.cycles.
	execute(op, pc) {
		const {R} = this, a = op >> 3 & 7, d = op & 7, r = op >> 8 & 7, imm8 = op & 0xff, imm5 = op >> 6 & 31;
		switch (op >> 11) {
		case 0: R[d] = this.shiftLeft(R[a], imm5); break;
		case 1: R[d] = this.shiftRight(R[a], imm5 || 32); break;
		case 2: R[d] = this.shiftArithmetic(R[a], imm5 || 32); break;
		case 3: {
			const b = op & 0x400 ? op >> 6 & 7 : R[op >> 6 & 7];
			R[d] = op & 0x200 ? this.add(R[a], ~b, 1) : this.add(R[a], b, 0);
			break;
		}
		case 4: R[r] = this.nz(imm8); break;
		case 5: this.add(R[r], ~imm8, 1); break;
		case 6: R[r] = this.add(R[r], imm8, 0); break;
		case 7: R[r] = this.add(R[r], ~imm8, 1); break;
		case 8:
			if (op & 0x400)
				this.special(op, pc);
			else
				this.process(op);
			break;
		case 9: R[r] = this.read32((pc & ~3) + 4 + (imm8 << 2)); this.cycles++; break;
		case 10: case 11: this.byRegister(op); this.cycles++; break;
		case 12: this.write32(R[a] + (imm5 << 2), R[d]); this.cycles++; break;
		case 13: R[d] = this.read32(R[a] + (imm5 << 2)); this.cycles++; break;
		case 14: this.write8(R[a] + imm5, R[d]); this.cycles++; break;
		case 15: R[d] = this.read8(R[a] + imm5); this.cycles++; break;
		case 16: this.write16(R[a] + (imm5 << 1), R[d]); this.cycles++; break;
		case 17: R[d] = this.read16(R[a] + (imm5 << 1)); this.cycles++; break;
		case 18: this.write32(R[13] + (imm8 << 2), R[r]); this.cycles++; break;
		case 19: R[r] = this.read32(R[13] + (imm8 << 2)); this.cycles++; break;
		case 20: R[r] = (pc & ~3) + 4 + (imm8 << 2); break;
		case 21: R[r] = R[13] + (imm8 << 2); break;
		case 22: case 23: this.various(op, pc); break;
		case 24: this.multiple(op, false); break;
		case 25: this.multiple(op, true); break;
		case 26: case 27: {
			const condition = op >> 8 & 15;
			if (condition === 14)
				throw fault;
			if (condition === 15) {
				this.leave(op, pc);
			} else if (this.holds(condition)) {
				R[15] = pc + 4 + (imm8 << 24 >> 23);
				this.cycles++;
			}
			break;
		}
		case 28: R[15] = pc + 4 + (op << 21 >> 20); this.cycles++; break;
		case 30: this.wide(op, pc); break;
		default: throw fault;
		}
	}

	// A fault within a fault is the end of it, until a reset.
	takeFault(pc) {
		const {core} = this;
		this.R[15] = pc;
		if (core.IPSR === HARD_FAULT) {
			this.lockedUp = true;
			return;
		}
		try {
			core.exceptionEntry(HARD_FAULT);
			this.R[15] &= ~1;
		} catch (error) {
			this.lockedUp = true;
		}
	}

	// Sleeps to the next alarm or the deadline, unless something is pending by then.
	sleep() {
		const {core} = this;
		this.settle();
		if ((core.pendingInterrupts & core.enabledInterrupts) !== 0 || core.pendingSystick || core.pendingPendSV) {
			core.waiting = false;
			return;
		}
		this.owed += Math.max(this.limit, 1);
		this.settle();
	}

	// As long as nothing but instructions is to be done.
	runSome() {
		const {core, R} = this;
		while (!core.waiting && !this.stopped && !this.lockedUp) {
			if (core.interruptsUpdated && core.checkForInterrupts())
				R[15] &= ~1;
			if (this.owed >= this.limit) {
				this.settle();
				if (this.clock.nanos >= this.deadline)
					return;
			}
			const pc = R[15] >>> 0;
			this.at = pc;
			this.cycles = 1;
			this.instructions++;
			const op = this.fetch(pc);
			R[15] = op >= 0xe800 ? pc + 4 : pc + 2;
			this.execute(op, pc);
			this.owed += this.cycles;
		}
	}

	// To the deadline, in ns of the clock; less when a reset is asked for.
	run(deadline) {
		const {core} = this;
		this.deadline = deadline;
		this.measure();
		while (this.clock.nanos + this.owed * NS_PER_CYCLE < deadline && !this.stopped) {
			if (core.waiting || this.lockedUp) {
				this.sleep();
				continue;
			}
			try {
				this.runSome();
			} catch (error) {
				if (error !== fault)
					throw error;
				this.owed += this.cycles;
				this.takeFault(this.at);
			}
		}
		this.settle();
	}
}
