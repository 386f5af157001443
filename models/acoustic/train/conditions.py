# SPDX-License-Identifier: GPL-3.0-or-later
"""What a line is like: one draw of every condition of a call."""
import numpy as np

from noise import BACKGROUNDS

PARTIES = ("agent", "customer")
# name: (extension, container, encoding, rate, weight)
FILES = {"pcm16": ("wav", "WAV", "PCM_16", 8000, 5), "ulaw": ("wav", "WAV", "ULAW", 8000, 5),
         "alaw": ("wav", "WAV", "ALAW", 8000, 4), "adpcm": ("wav", "WAV", "IMA_ADPCM", 8000, 2),
         "msadpcm": ("wav", "WAV", "MS_ADPCM", 8000, 1), "gsm": ("wav", "WAV", "GSM610", 8000, 0),
         "pcm8": ("wav", "WAV", "PCM_U8", 8000, 0.3), "flac16k": ("flac", "FLAC", "PCM_16", 16000, 2),
         "flac8k": ("flac", "FLAC", "PCM_16", 8000, 1), "mp3": ("mp3", "MP3", "MPEG_LAYER_III", 16000, 2),
         "mp3-8k": ("mp3", "MP3", "MPEG_LAYER_III", 8000, 1), "opus": ("opus", "OGG", "OPUS", 16000, 1.5),
         "vorbis": ("ogg", "OGG", "VORBIS", 16000, 0.7), "wav44k": ("wav", "WAV", "PCM_16", 44100, 1)}
TANDEMS = ("ulaw", "alaw", "gsm", "ima", "adpcm32k", "adpcm16k", "g729", "amr")
MONO = {"mono": 0.85, "mono-hold": 1.0}
GRAINY = ("ulaw", "alaw", "adpcm", "msadpcm", "pcm8", "gsm")


def each(draw):
    return {who: draw(who) for who in PARTIES}


def file_codec(rng, mono):
    if mono and rng.random() < 0.3:
        return "gsm"                                   # libsndfile writes it for one channel only
    weights = np.array([f[-1] for f in FILES.values()], float)
    return str(rng.choice(list(FILES), p=weights / weights.sum()))


def voice_levels(rng, focus):
    """Mostly alike; else one party is 2 to 15 dB softer before any leakage."""
    quiet = str(rng.choice(PARTIES)) if rng.random() < (0.7 if focus == "leak" else 0.45) else None
    return each(lambda who: -float(rng.uniform(2, 15)) if who == quiet else 0.0)


def gains(rng, codec, voice):
    """A recorder's level, down to -40 dB unless its encoding would have nothing left of the voice."""
    low = -20 if codec in GRAINY else -40
    wide = lambda: rng.uniform(low, -8) if rng.random() < 0.2 else rng.uniform(-14, 6)
    return each(lambda who: float(max(wide(), (-50 if codec in GRAINY else -60) - voice[who])))


def backgrounds(rng, focus):
    names = list(BACKGROUNDS)
    weights = np.array([BACKGROUNDS[k][1] for k in names], float)
    if focus != "noise":
        weights[0] += weights.sum() * 0.4              # many lines are just quiet
    return each(lambda who: str(rng.choice(names, p=weights / weights.sum())))


def noise_ratios(rng, noises, focus):
    odds = {"noise": (.12, .16, .22, .25, .25), "mute": (.10, .32, .32, .20, .06)}.get(focus, (.30, .28, .22, .12, .08))
    base = float(rng.choice([42, 32, 22, 15, 9], p=odds)) + rng.uniform(-3, 5)
    extra = {"babble": 3, "television": 8, "gsm": 4}   # speech in the room is never as loud as the party
    return each(lambda who: max(7.0, base + extra.get(noises[who], 0) + (rng.uniform(-2, 12) if who == "agent" else 0)))


def leakage(rng, focus):
    on = rng.random() < {"leak": 1.0, "mute": 0.25}.get(focus, 0.42)
    low = float(rng.choice([250, 300, 500]))
    return dict(leak_db=float(rng.uniform(-45, -12)) if on else None,
                leak_into=str(rng.choice(["both", "agent", "customer"])),
                leak_ms=float(rng.choice([0, 1, 8, 30, 80, 200, 400]) * rng.uniform(0.5, 1.25)),
                leak_bent=bool(rng.random() < 0.3), leak_drift_db=float(rng.choice([0, 1, 3, 5])),
                leak_band_hz=[low, float(rng.uniform(1500, 3800))], leak_taps=int(rng.choice([0, 6, 30, 400])))


def telephone(rng, focus):
    """What each party's telephone and network do to it, apart from noise."""
    chance = {"agent": 0.25, "customer": 0.45 if focus == "mute" else 0.25}
    flip = lambda odds, draw: draw() if rng.random() < odds else 0.0
    return dict(
        room_s=each(lambda who: flip(0.2, lambda: float(rng.uniform(0.1, 0.7)))),
        room_db=each(lambda who: float(rng.uniform(-14, 0))),
        band_hz=each(lambda who: [float(rng.choice([50, 100, 200, 300])), float(rng.choice([3300, 3400, 3900, 3900]))]),
        suppressor_db=each(lambda who: flip(0.1 if focus == "mute" else 0.2, lambda: float(rng.uniform(6, 25)))),
        dtx_db=each(lambda who: flip(chance[who], lambda: float(rng.uniform(4, 28)))),
        agc=each(lambda who: flip(0.12, lambda: float(rng.uniform(0.3, 3)))),
        drive_db=each(lambda who: flip(0.06, lambda: float(rng.uniform(2, 12)))),
        tandem=each(lambda who: [str(rng.choice(TANDEMS)) for _ in range(rng.choice([0, 0, 1, 1, 2]))]))


def recorder(rng, seconds, focus):
    zeros = {"agent": 0.05 if focus == "mute" else 0.14, "customer": 0.09}
    lost = rng.uniform(0, seconds, rng.integers(1, 60)) if rng.random() < 0.2 else []
    return dict(
        gated=each(lambda who: bool(rng.random() < zeros[who])),
        hum_db=each(lambda who: float(rng.uniform(-75, -50)) if rng.random() < 0.08 else None),
        mains_hz=int(rng.choice([50, 60])),
        offset=each(lambda who: float(rng.normal(0, 0.004)) if rng.random() < 0.06 else 0.0),
        recording_tone=bool(rng.random() < 0.08),
        lost_frames_s=sorted(map(float, lost)), loss_filled=str(rng.choice(["zero", "repeat"])))


def conditions(rng, seconds, focus):
    """Names that the accuracy bench has too mean the same here."""
    mono = bool(rng.random() < MONO.get(focus, 0.14))
    codec, voice, noises = file_codec(rng, mono), voice_levels(rng, focus), backgrounds(rng, focus)
    often, odds = {"noise": (12.0, 0.45), "sounds": (15.0, 0.9)}.get(focus, (5.0, 0.45))
    snr = noise_ratios(rng, noises, focus)
    comfort = rng.random() < 0.5
    return dict(
        layout="mono" if mono else "stereo", codec=codec, noise=noises["customer"], noises=noises, snr_db=snr,
        voice_db=voice, gain_db=gains(rng, codec, voice),
        sounds=each(lambda who: float(rng.exponential(often)) if rng.random() < odds else 0.0),
        radio_db=float(rng.uniform(-34, -13)) if rng.random() < (0.8 if focus == "radio" else 0.07) else None,
        hold_floor="comfort" if comfort else "digital",
        # comfort noise of a hold is well under the talker's own floor, else nothing tells them apart
        hold_floor_db=float(min(-66, -24 + voice["agent"] - snr["agent"] - 8) - rng.uniform(0, 10)),
        **leakage(rng, focus), **telephone(rng, focus), **recorder(rng, seconds, focus))
