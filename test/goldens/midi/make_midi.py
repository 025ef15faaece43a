"""MIDI files that another program wrote, and what it reads in ours: test/io/midi-file.test.ts and midi-frames.test.ts.
Written with mido 1.3.3. `python make_midi.py FILE.mid...` also records the events of those files."""
import base64
import io
import json
import sys
from pathlib import Path

import mido
from mido import Message, MetaMessage, MidiFile, MidiTrack

assert mido.__version__ if hasattr(mido, "__version__") else True

def encoded(file):
    out = io.BytesIO()
    file.save(file=out)
    return base64.b64encode(out.getvalue()).decode()

# Two tracks, 96 ticks a quarter, three tempi (the first 100), a drum, a pause, a note struck again at the tick at which
# it ends, and a note of 20 ticks from tick 300.
file = MidiFile(type=1, ticks_per_beat=96)
conductor = MidiTrack()
conductor.append(MetaMessage("set_tempo", tempo=600000, time=0))
conductor.append(MetaMessage("set_tempo", tempo=300000, time=100))
conductor.append(MetaMessage("set_tempo", tempo=900000, time=150))
conductor.append(MetaMessage("end_of_track", time=0))
hands = MidiTrack()
hands.append(MetaMessage("track_name", name="hands", time=0))
hands.append(Message("program_change", channel=2, program=19, time=0))
hands.append(Message("note_on", channel=2, note=60, velocity=90, time=0))
hands.append(Message("note_on", channel=2, note=64, velocity=90, time=0))
hands.append(Message("note_on", channel=2, note=64, velocity=0, time=96))  # an end
hands.append(Message("note_off", channel=2, note=60, velocity=10, time=96))
hands.append(Message("note_on", channel=2, note=60, velocity=70, time=0))
hands.append(Message("note_off", channel=2, note=60, velocity=10, time=48))  # ends at tick 240
hands.append(Message("note_on", channel=2, note=72, velocity=70, time=60))  # 300
hands.append(Message("note_off", channel=2, note=72, velocity=70, time=20))  # 320
hands.append(Message("note_on", channel=2, note=48, velocity=70, time=64))  # 384
hands.append(Message("note_off", channel=2, note=48, velocity=70, time=97))  # 481
hands.append(MetaMessage("end_of_track", time=0))
drums = MidiTrack()
drums.append(Message("note_on", channel=9, note=35, velocity=100, time=0))
drums.append(Message("note_off", channel=9, note=35, velocity=100, time=960))
drums.append(MetaMessage("end_of_track", time=0))
file.tracks += [conductor, hands, drums]

def notes(file):
    """[start, end, note] in ticks, by mido's events alone."""
    found = []
    for track in file.tracks:
        now, open_notes = 0, {}
        for message in track:
            now += message.time
            if message.type == "note_on" and message.velocity > 0:
                open_notes[message.note] = now
            elif message.type in ("note_on", "note_off"):
                found.append([open_notes.pop(message.note), now, message.note])
        assert not open_notes
    return sorted(found)

read = {}
for path in map(Path, sys.argv[1:]):
    ours = MidiFile(str(path))
    [track] = ours.tracks
    read[path.stem] = {
        "bytes": base64.b64encode(path.read_bytes()).decode(),
        "ticksPerQuarter": ours.ticks_per_beat,
        "tempo": [m.tempo for m in track if m.type == "set_tempo"],
        "name": [m.name for m in track if m.type == "track_name"],
        "ends": sum(m.time for m in track),
        "notes": notes(ours),
    }
content = {"mido": "1.3.3", "written": encoded(file), "read": read}
text = json.dumps(content, indent=1).replace("\n     ", " ").replace("\n    ]", " ]")
Path(__file__).with_name("midi.json").write_text(text + "\n")
