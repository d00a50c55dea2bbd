// What the mask ROM does at a reset, as far as a program in flash sees it: boot2 is copied to the end of RAM and run if
// its checksum is right, else the chip waits for a person on USB (BOOTSEL). The real ROM's code is not in here.

const BOOT2_BYTES = 256, SUMMED_BYTES = 252;
const PLACE = 0x20041f00;

// CRC-32 with its bits the other way round, as the data sheet has it (2.8.1.3.1).
function checksum(bytes) {
	let sum = 0xffffffff;
	for (const byte of bytes) {
		sum ^= byte << 24;
		for (let i = 0; i < 8; i++)
			sum = sum & 0x80000000 ? sum << 1 ^ 0x04c11db7 : sum << 1;
	}
	return sum >>> 0;
}

// False: there is no boot2.
export function startRom(mcu, cpu, flash) {
	const boot2 = flash.cells.subarray(0, BOOT2_BYTES);
	const told = new DataView(boot2.buffer, boot2.byteOffset).getUint32(SUMMED_BYTES, true);
	if (checksum(boot2.subarray(0, SUMMED_BYTES)) !== told)
		return false;
	mcu.sram.set(boot2, PLACE - 0x20000000);
	mcu.core.VTOR = 0;
	mcu.core.SP = PLACE;
	cpu.R[14] = 0;
	cpu.R[15] = PLACE;
	return true;
}
