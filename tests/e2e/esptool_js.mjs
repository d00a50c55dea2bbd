// npm's esptool-js at a module's RFC 2217 port: node esptool_js.mjs MODULES PORT FILE OFFSET
//
// It erases everything, writes FILE and reads it back, compressed and plain, and lets the module boot. What it found is
// printed, a line each. The browser's serial port, which esptool-js expects, is played on a TCP connection.
import crypto from "node:crypto";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [modules, port, file, offsetText] = process.argv.slice(2);
const { ESPLoader, Transport } = await import(pathToFileURL(path.join(modules, "esptool-js/lib/index.js")));
const IAC = 255, SB = 250, SE = 240, WILL = 251, DO = 253, BINARY = 0, COM_PORT = 44, SET_CONTROL = 5;

// Takes the telnet out of what comes; what it cannot finish waits for more.
function decoder() {
	let rest = Buffer.alloc(0);
	return (data) => {
		const bytes = Buffer.concat([rest, data]), plain = [];
		let at = 0;
		while (at < bytes.length) {
			if (bytes[at] !== IAC) {
				plain.push(bytes[at++]);
				continue;
			}
			if (at + 1 === bytes.length) break;
			if (bytes[at + 1] === IAC) {
				plain.push(IAC);
				at += 2;
				continue;
			}
			const end = bytes[at + 1] === SB ? bytes.indexOf(Buffer.from([IAC, SE]), at) + 2 : at + 3;
			if (end < at + 3 || end > bytes.length) break;
			at = end;
		}
		rest = bytes.subarray(at);
		return Uint8Array.from(plain);
	};
}

function encode(chunk) {
	return Buffer.from([...chunk].flatMap((byte) => (byte === IAC ? [IAC, IAC] : [byte])));
}

const socket = net.connect(Number(port), "127.0.0.1");
await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
socket.setNoDelay(true);
socket.write(Buffer.from([IAC, WILL, COM_PORT, IAC, WILL, BINARY, IAC, DO, BINARY]));
const control = (value) => socket.write(Buffer.from([IAC, SB, COM_PORT, SET_CONTROL, value, IAC, SE]));
const device = {
	readable: new ReadableStream({
		start(controller) {
			const decode = decoder();
			socket.on("data", (data) => controller.enqueue(decode(data)));
		},
	}),
	writable: new WritableStream({
		write: (chunk) => new Promise((resolve) => socket.write(encode(chunk), resolve)),
	}),
	async open() {},
	async close() {},
	async setSignals({ dataTerminalReady, requestToSend }) {
		if (dataTerminalReady !== undefined) control(dataTerminalReady ? 8 : 9);
		if (requestToSend !== undefined) control(requestToSend ? 11 : 12);
	},
	getInfo: () => ({}),
	addEventListener() {},
	removeEventListener() {},
};

const md5 = (data) => crypto.createHash("md5").update(data).digest("hex");
const transport = new Transport(device, false);
const terminal = { clean() {}, writeLine() {}, write() {} };
const loader = new ESPLoader({ transport, baudrate: 115200, terminal });
console.log("chip", await loader.main("default_reset"));
console.log("mac", await loader.chip.readMac(loader));

const data = new Uint8Array(fs.readFileSync(file)), offset = Number(offsetText);
for (const compress of [true, false]) {
	await loader.eraseFlash();
	console.log("blank", (await loader.readFlash(offset, 4096, () => {})).every((byte) => byte === 255));
	await loader.writeFlash({
		fileArray: [{ data, address: offset }], flashSize: "keep", flashMode: "keep", flashFreq: "keep",
		eraseAll: false, compress, reportProgress() {}, calculateMD5Hash: md5,
	});
	const some = data.subarray(0, 50001), back = await loader.readFlash(offset, some.length, () => {});
	console.log(compress ? "compressed" : "plain", Buffer.compare(back, some) === 0);
	console.log("sum", (await loader.flashMd5sum(offset, data.length)) === md5(data));
}
await transport.setDTR(false);
await transport.setRTS(true);
await new Promise((resolve) => setTimeout(resolve, 50));
await transport.setRTS(false);
socket.end(() => process.exit(0));
