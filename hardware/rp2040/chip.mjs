// An RP2040 with a flash chip, pins and a serial line: the Raspberry Pi Pico, from one reset to the next.
import {RP2040, SimulationClock, GPIOPinState} from "./parts.mjs";
import {FlashChip} from "./flash.mjs";
import {IoQspi, Ssi, Window, XipControl, ringOscillator, voltage} from "./bus.mjs";
import {Cpu} from "./cpu.mjs";
import {startRom} from "./rom.mjs";

export const POWER = "power", RUN = "run", WATCHDOG = "watchdog";
const HAD = {[POWER]: 1 << 8, [RUN]: 1 << 16};
const LED = 25, PINS = 30;
const NS_PER_MS = 1e6, NS_PER_S = 1e9, BITS_A_BYTE = 10;
const quiet = {debug() {}, info() {}, warn() {}, error() {}};

export class Chip {
	// content: of the flash. onSerial: called with each byte that uart0 sends.
	constructor({content, onSerial = () => {}} = {}) {
		this.flash = new FlashChip(content);
		this.onSerial = onSerial;
		this.driven = new Array(PINS).fill(null); // from outside: true, false, or null for nothing
		this.resets = []; // what began each
		this.passed = 0; // ns before this reset
		this.leds = []; // [ms since power came, lit]
		this.lost = 0; // bytes that came in faster than they were taken
		this.had = HAD[POWER];
		this.memory = null;
		this.reset(POWER);
	}

	// ---- resets ----

	reset(why) {
		const before = this.mcu;
		if (this.clock)
			this.passed += this.clock.nanos;
		this.clock = new SimulationClock();
		this.mcu = new RP2040(this.clock);
		this.mcu.logger = quiet;
		this.cpu = new Cpu(this.mcu, this.clock);
		this.resets.push(why);
		if (why !== WATCHDOG)
			this.had = HAD[why];
		this.carry(before, why);
		this.flash.powerUp(() => this.clock.nanos);
		this.connect();
		this.phase = startRom(this.mcu, this.cpu, this.flash) ? "running" : "bootsel";
	}

	// What outlives a reset: RAM all but that of power, the watchdog's words and reason only one by itself.
	carry(before, why) {
		const {wd} = this;
		if (why === POWER)
			for (let i = 0; i < this.mcu.sram.length; i++)
				this.mcu.sram[i] = Math.imul(i + this.resets.length, 0x9e3779b1) >>> 13;
		else
			this.mcu.sram.set(before.sram);
		if (why !== WATCHDOG)
			return;
		const old = before.peripherals[0x40058];
		wd.scratchData.set(old.scratchData);
		wd.reason = old.reason;
	}

	get wd() {
		return this.mcu.peripherals[0x40058];
	}

	connect() {
		const {mcu, flash} = this;
		this.window = new Window(mcu, flash);
		flash.onPoll = until => this.cpu.skip(until);
		const ssi = new Ssi(mcu, flash, this.window);
		Object.assign(mcu.peripherals, {0x18000: ssi, 0x14000: new XipControl(mcu, this.window),
			0x40018: new IoQspi(mcu, ssi), 0x40060: ringOscillator(mcu), 0x40064: voltage(mcu, this.had)});
		this.wd.onWatchdogTrigger = () => {
			this.wd.alarm.enable = false;
			this.wd.timer.enable = false;
			this.cpu.stopped = true;
		};
		mcu.uart[0].onByte = byte => this.onSerial(byte);
		mcu.gpio[LED].addListener(state => this.leds.push([this.ms, state === GPIOPinState.High]));
		this.wirePins();
		this.inbox = [];
		this.feeding = false;
		this.feeder = this.clock.createAlarm(() => this.feed());
	}

	// ---- pins ----

	// rp2040js knows no pulls, and an output does not read back: a pin is what drives it from outside, else what the chip
	// drives it to, else what its pull makes of it.
	wirePins() {
		const {mcu} = this;
		const pads = mcu.peripherals[0x4001c];
		const write = pads.writeUint32;
		pads.writeUint32 = (offset, value) => {
			write.call(pads, offset, value);
			this.settlePins();
		};
		for (const pin of mcu.gpio) {
			pin.padValue = 0x56;
			pin.addListener(() => this.settlePins());
		}
		this.settlePins();
	}

	settlePins() {
		this.mcu.gpio.forEach((pin, number) => {
			const level = this.driven[number] ?? (pin.outputEnable ? pin.outputValue : pin.pullupEnabled);
			if (level !== pin.rawInputValue)
				pin.setInputValue(level);
		});
	}

	// level: true, false, or null for nothing at the pin.
	drive(number, level) {
		this.driven[number] = level;
		this.settlePins();
	}

	get led() {
		return this.mcu.gpio[LED].value === GPIOPinState.High;
	}

	// ---- the serial line ----

	// The bytes come in at the line's rate.
	send(bytes) {
		this.inbox.push(...bytes);
		if (!this.feeding && this.inbox.length > 0)
			this.expect();
	}

	expect() {
		const baud = this.mcu.uart[0].baudRate;
		this.feeding = true;
		this.feeder.schedule(BITS_A_BYTE * NS_PER_S / (baud > 0 && Number.isFinite(baud) ? baud : 115200));
		this.cpu.measure();
	}

	feed() {
		const uart = this.mcu.uart[0];
		const byte = this.inbox.shift();
		if (uart.rxFIFO.full || !uart.enabled)
			this.lost++;
		else
			uart.feedByte(byte);
		this.feeding = false;
		if (this.inbox.length > 0)
			this.expect();
	}

	// ---- time ----

	// Module time since power came.
	get ms() {
		return (this.passed + this.clock.nanos) / NS_PER_MS;
	}

	get instructions() {
		return this.cpu.instructions;
	}

	// So much module time, or until done() says so: asked once a millisecond.
	run(ms, done = () => false) {
		const end = this.ms + ms;
		while (this.ms < end && !done()) {
			if (this.phase === "bootsel")
				return;
			this.cpu.run(Math.min(this.clock.nanos + NS_PER_MS, end * NS_PER_MS - this.passed));
			if (this.cpu.stopped)
				this.reset(WATCHDOG);
		}
	}
}
