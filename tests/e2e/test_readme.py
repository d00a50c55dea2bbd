"""README's transcripts are what happens: tools/transcript runs them, section by section."""
import subprocess

import pytest

import harness


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("section", ["Lifeboat", "Updates that undo themselves", "Bootloader mode",
	"Would these scripts lock me out?"])
def test_a_transcript_is_what_happens(section):
	result = subprocess.run([harness.ROOT / "tools/transcript", "--check", section], capture_output=True, text=True)
	assert result.returncode == 0, result.stdout + result.stderr
