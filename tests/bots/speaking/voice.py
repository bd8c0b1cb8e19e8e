"""Speech for a telephone line, from Debian's flite."""
import argparse
import audioop
import functools
import subprocess
import tempfile
import wave

RATE_HZ = 8000
SILENCE = b"\xff"  # of mu-law


@functools.lru_cache(maxsize=200)
def speak(text, voice="slt"):
    """The text as 8 kHz mu-law; voices are those of `flite -lv`."""
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        subprocess.run(["flite", "-voice", voice, "-t", text, "-o", file.name], check=True)
        with wave.open(file.name) as speech:
            samples, rate = speech.readframes(speech.getnframes()), speech.getframerate()
    if rate != RATE_HZ:
        # The weights are a low-pass filter, against aliases.
        samples, _ = audioop.ratecv(samples, 2, 1, rate, RATE_HZ, None, 1, 1)
    return audioop.lin2ulaw(samples, 2)


def main():
    parser = argparse.ArgumentParser(description="Writes a sentence as 8 kHz A-law, without a header.")
    parser.add_argument("--voice", default="rms", help="one of flite -lv (%(default)s)")
    parser.add_argument("--out", required=True, help="file to write")
    parser.add_argument("text")
    options = parser.parse_args()
    with open(options.out, "wb") as out:
        out.write(audioop.lin2alaw(audioop.ulaw2lin(speak(options.text, options.voice), 2), 2))


if __name__ == "__main__":
    main()
