/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_EVENT_LIMITS_H
#define CQA_EVENT_LIMITS_H

#include <stddef.h>
#include <stdint.h>

/*
 * The numbers that decide what a call's events are, one struct a rule; limits.c has their values,
 * and of each what it was fitted on. docs/detectors.md lists all of them, and how to change one.
 *
 * Names end in the unit: _ms, _frames (of 32 ms), _half_db (levels as in signal/frames.h), _db,
 * _share (0..1), _percent, _of_255 (a byte's share); what has none is a count. A `least` or
 * `shortest` that is larger finds fewer, a `most` or `bridge` more.
 */

/* event/speech.c: which bursts of a voice are its party's words. */
struct cqa_speech_limits {
    int64_t bridge_ms;       /* shorter pauses do not end speech */
    int64_t shortest_ms;     /* shorter bursts are none */
    int64_t apart_ms;        /* a burst so far from the party's other words stands alone */
    int64_t lone_ms;         /* a shorter one that stands alone is asked to be a word; */
    int64_t mix_lone_ms;     /* so on a mix, where a word more or less makes no overtalk; */
    int64_t knock_ms;        /* and so is one as long as a knock in a room, unless it has a pitch */
    size_t voiced_of_255;    /* least mean harmonicity of what has a pitch */
    float word_share;        /* least mean posterior of a voice over a lone word, */
    float knock_share;       /* and over one without a pitch, as long as a knock */
    float mix_share;         /* and over any that stands alone on a mix; */
    float mumble_share;      /* and over few together on a mix */
    int64_t mumble_apart_ms; /* to which nobody else says anything for so long, */
    int64_t mumble_longest_ms;    /* and which are no longer; */
    float around_share;           /* over one that is as loud as the pauses around it: */
    size_t around_frames;         /* those so close, */
    unsigned around_least_frames; /* of which there are so many at least, */
    int around_half_db;           /* and over which it stands by less */
    float loud_share;  /* of the frames of a party's speech that are no louder than its voice, */
    int aside_half_db; /* and what is so far under that is another voice in the room, */
    int64_t aside_percent;      /* unless so much of the party's speech is: then it is its own */
    int64_t chopped_ms;         /* least of what passes for music and is a voice in pieces, */
    unsigned parked_not_of_255; /* the second look taking it for a hold no more than that, */
    int chopped_under_half_db;  /* no further under the party's voice, */
    int chopped_range_half_db;  /* between the 10th and the 90th percentile of its levels, */
    unsigned notes_not_of_255;  /* and most mean tonality */
    int loud_half_db;           /* under the party's voice: where it is loud */
    float doubtful_share;       /* a voice with a lower mean posterior there is doubtful, */
    float known_share;          /* one with a higher is not; of a doubtful one, */
    size_t faint_near_frames;   /* so close to its words is speech, too, */
    size_t faint_reach_frames;  /* what over so many to each side */
    float faint_share;          /* has this mean posterior or more, */
    float plain_share;          /* of one in between more, up to this */
};

/* event/silence.c: nobody speaks. */
struct cqa_silence_limits {
    int64_t shortest_ms;  /* shorter silences are none */
    int64_t muted_ms;     /* least drop of the agent's line that makes its cause `agent_muted` */
    float aside_sure;     /* most confidence where a voice in the room is heard, */
    float idle_sure;      /* and where the agent's line is dropped that drops by itself, too, */
    float other_sure;     /* or has another floor there than between the agent's words (floors) */
    int64_t turn_ms;      /* on a mix: so much of what is said before or after it is asked, */
    int64_t pause_ms;     /* up to a longer pause, whether it is words: soft, */
    float doubtful_share; /* and with a lower mean posterior, it is as an aside */
    int tones_doubtful;   /* bursts like signalling that make a silence doubtful: a cadence, */
    float tones_sure;     /* and most confidence then */
    float wait_sure;      /* most confidence where beeps, or music around it, may be a hold's */
    float
        lone_sure; /* most confidence where a machine may be waited for: on a mix, and in a menu */
    float whose_sure; /* most confidence where the wait may be the customer's (whose) */
};

/* event/overtalk.c: both speak. */
struct cqa_overtalk_limits {
    int64_t shortest_ms;       /* shorter overtalks are none */
    int64_t turn_ms;           /* shorter pauses do not end a turn */
    int64_t together_ms;       /* begun closer than that, nobody was first */
    int64_t backchannel_ms;    /* longest turn that is a backchannel, */
    int64_t wider_ms;          /* which is heard as longer by so much in noise */
    int64_t goes_on_ms;        /* least time that a turn goes on after the other's end */
    size_t mixed_reach_frames; /* to each side, over which two voices on a mix are smoothed */
    unsigned mixed_of_255;     /* least mean posterior of two voices there, */
    float mixed_share;         /* or what all but so much of the call's talk has, if that is more */
    int64_t mixed_bridge_ms;   /* shorter gaps between two voices on a mix are bridged */
    int64_t alike_ms;          /* shorter overtalks are not asked whether one voice makes both: */
    size_t alike_lag_frames;   /* most by which what leaks comes later, */
    float alike_share;         /* and least correlation of both channels' shapes there */
    int64_t another_ms; /* said before a turn, and after it, that tells whether it is another voice,
                         */
    float another_sure; /* and most confidence then: who breaks in is perhaps no party */
    float sure_least;   /* confidence where the less certain party's posterior is 0, */
    float sure_more;    /* and how much more where it is 1; it grows with the square */
};

/* event/lines.c: lines that stand still, are gone or parked. */
struct cqa_lines_limits {
    unsigned gap_least_frames; /* least of talk gaps to know the floor by */
    unsigned gap_tells_frames; /* least of talk gaps that tell whether the line is gated */
    int zero_of_255;           /* least samples at the codec's idle value of a frame at zero */
    float dead_share;          /* of talk gaps at zero: from there on zeros mean nothing */
    int64_t still_ms;          /* shortest standstill that is looked at */
    size_t click_frames;       /* that may be otherwise inside a standstill */
    int alike_half_db;         /* most between two levels of the same standstill */
    int64_t lasting_ms;        /* a standstill so long is no witness of a gate */
    int64_t pause_ms;          /* shortest pause of the party in which a gate has time to close, */
    int64_t pause_still_ms;    /* and least standstill in it, if it did */
    unsigned gated_pauses;     /* least of such pauses that make a gated line, */
    float gated_share;         /* and least part of all pauses: the line does so by itself */
    unsigned witnesses;        /* least other pauses that tell that a line does not */
    int64_t end_ms;            /* how far from the end a line that is gone may seem to end */
    int64_t both_percent;      /* least of a stretch that is the recorder's: both lines still */
    int64_t turn_ms;           /* a shorter pause leaves no room for an answer */
    int64_t word_ms;           /* shortest word, and longest pause in one, of those turns */
    int turns_lost; /* least of the other party's while a gated line stays shut for good */
    int64_t parked_shortest_ms; /* on a mix: shorter falls of the floor are none, */
    int64_t parked_bridge_ms;   /* and shorter rises between two are bridged */
    size_t parked_reach_frames; /* to each side, over which the level is taken */
    int parked_under_half_db;   /* least fall under the floor of the call's own pauses */
};

/* event/mute.c: the agent's line below its floor. */
struct cqa_mute_limits {
    int bottom_half_db;           /* nothing can be under a floor that low */
    int far_below_half_db;        /* so far under the floor is a drop whatever else, */
    int below_half_db;            /* and so far under it where the level is steady: */
    float steady_half_db;         /* its standard deviation is less than this, */
    size_t steady_reach_frames;   /* over so many to each side */
    int zero_of_255;              /* as in lines */
    int64_t shortest_ms;          /* shorter drops are none */
    int64_t bridge_ms;            /* shorter rises between two drops are bridged */
    int edge_frames;              /* at its ends, in which a drop falls and rises, */
    int edge_half_db;             /* from what is so far over it in between, or more */
    int listen_far_frames;        /* from own speech where listening begins */
    unsigned listen_least_frames; /* of listening that can tell a gated line, */
    unsigned listen_much_frames;  /* and that tell it without what may be a park */
    float gated_share;            /* of listening that is dropped: the line does so by itself */
    int64_t park_ms;              /* shortest drop that may be a park, and is no witness, */
    int park_percent;             /* where the other party speaks for less of it */
    int64_t lost_ms;              /* shortest drop at the end that takes the line away, */
    int64_t end_ms;               /* and how far from the end it may seem to end */
};

/* event/hold.c: holds that are seen or beep, and what becomes of all candidates. */
struct cqa_hold_limits {
    int64_t shortest_ms;       /* shorter holds are none */
    int64_t edge_ms;           /* that a hold of the queue may reach past the first exchange */
    int64_t bridge_ms;         /* shorter gaps between two drops of a muted line are bridged, */
    int64_t word_ms;           /* unless the agent speaks for so long in them */
    int64_t customer_percent;  /* a customer who talks for more of it is not on hold */
    int64_t few_percent;       /* and who talks for more than this may not be, on a muted line */
    int muted_beeps;           /* least on a muted line that make it a hold with beeps */
    int train_beeps;           /* least in a train where the floor tells nothing, */
    int train_beeps_floor;     /* and where it would show a park */
    float train_pitch_low;     /* pitch of a beep over the one before, at least, */
    float train_pitch_high;    /* and at most */
    int64_t train_length_ms;   /* most between the lengths of two beeps of a train */
    int64_t train_least_ms;    /* shortest period; closer beeps are busy, keys, alarms */
    int64_t train_most_ms;     /* longest pause between two beeps of a train */
    int64_t train_off_ms;      /* most that a step may be off its period, */
    int64_t train_off_percent; /* and how much of the period more */
    int64_t train_periods;     /* most between two beeps: one beep may be hidden by a word */
    int64_t speaks_ms;         /* least speech of the agent between two beeps that ends a train */
    int64_t before_beep_ms;    /* how long before its first beep a hold begins, at most */
    int64_t return_ms;         /* how long before the agent's next word it is over */
    float train_sure;          /* confidence of a hold that is a train, */
    float muted_sure;          /* and of one that is a muted line, */
    float muted_doubt;         /* and where it may be none: somebody listens, or is parked */
};

/* event/hold_music.c: music, and voices over it. */
struct cqa_hold_music_limits {
    int64_t bridge_ms;       /* shorter gaps inside a hold are bridged, */
    int64_t rest_ms;         /* and such where nobody at all speaks: soft passages, loops */
    int64_t longest_ms;      /* longest gap that the second look takes for the hold, */
    float gap_share;         /* where its mean over the gap is more */
    int64_t dropped_percent; /* of a gap: the agent's line stays dropped, it is the hold's */
    int64_t speaks_ms;       /* least speech in a gap that ends a hold */
    int64_t anchor_ms;       /* least music that a hold begins and ends with */
    int64_t sound_ms;        /* least sound of a hold */
    int music_percent;       /* least of a hold that is music without a voice, */
    int64_t piece_ms;        /* and longest piece of that, at least */
    float parked_share;      /* mean of the second look over the music of a hold is more, */
    float along_share;       /* and more than this where the party's pauses are as loud, */
    int uneven_half_db;      /* or, where two frames differ by so much in the mean (syllables), */
    float uneven_share;      /* than this */
    float heard_share;       /* mean posterior of music over a hold is more: voices hum, */
    float alone_share;       /* and where nearly all is music: nothing to compare it with, */
    int64_t alone_percent;   /* which so much of the recording is */
    unsigned notes_of_255;   /* least mean tonality of music where nobody speaks at all, */
    int64_t notes_percent;   /* and least of it that the classifier takes for music */
    int64_t voice_ms;        /* least voice over music that makes it an announcement, */
    float voice_share;       /* where the mean of the second look's voice over it is more; */
    int64_t mix_voice_ms;    /* the same on a mix, */
    float mix_voice_share;   /* likewise */
    int64_t noise_ms;        /* least noise of a mix, like its pauses, that is left out */
    unsigned floor_frames;   /* least to know the floor by, */
    int parked_not_of_255;   /* with no more of the second look than this */
    ptrdiff_t trim_frames;   /* how far from an edge the music may really begin, */
    int at_floor_half_db;    /* after frames that are no more over the floor than this, */
    int floor_run_frames;    /* so many in a row, */
    int over_floor_half_db;  /* if soft music stands so far over it */
    int over_stop_half_db;   /* and so far where music is asked whether it stops for a voice, */
    int stop_part;           /* the line falling to one part of that or less */
    size_t stop_frames;      /* no further from the voice than this, */
    float stop_share;        /* in what the second look takes for a voice by this mean */
    int64_t drop_ms;         /* least drop of the agent's line that moves an edge, */
    int64_t drop_near_ms;    /* no further from it */
    float drop_share; /* least of the second look over the rest of it, of music on the other line */
    int buzz_lag;     /* samples: a GSM telephone's bursts, */
    size_t buzz_percent;   /* least part of what has a pitch that has theirs, */
    size_t buzz_part;      /* in one of so many frames at least: no music */
    size_t words_frames;   /* least words in a hold of a mix that may part it in two, which are */
    float words_share;     /* speech by this mean, and more so than an announcement, */
    float announced_share; /* and of less voice over music than this to the second look; */
    float words_sure;      /* most confidence then, and of music that plays along */
    float sure_least;      /* confidence where the second look's mean is 0.5, */
    float sure_more;       /* and how much more at 1; it grows with the sixth power */
};

/* event/pauses.c: whether music is no louder than what the line carries anyway. */
struct cqa_pauses_limits {
    int64_t aside_ms;      /* a pause so close to the music tells nothing of the line */
    int64_t near_ms;       /* from own speech where a pause begins: the voice has died away, */
    int64_t far_ms;        /* and where it ends */
    unsigned least_frames; /* of pauses to know them by */
    int as_loud_half_db;   /* over the pauses: what is no louder was there all along */
};

/* event/floors.c: a muted line that carries noise all the same. */
struct cqa_floors_limits {
    unsigned least_frames; /* of the stretch, and of talk gaps, to know both by */
    float outside_share;   /* of a stretch's levels, at either end, that may lie anywhere: */
    int steady_half_db;    /* most between the others */
    float apart_half_db;   /* least standard deviation, over bands, of what both floors differ by */
};

/* event/exchange.c: two talk with each other on a mix. */
struct cqa_exchange_limits {
    int64_t voice_ms;      /* shortest stretch whose voice can be told */
    int voiced_of_255;     /* least harmonicity of a frame that tells its pitch */
    float alike;           /* up to where two stretches are one voice's (event/voice.h), */
    float apart;           /* and from where on they are surely two voices' */
    float goes_on_share;   /* least of what follows that a party says */
    int64_t talks_ms;      /* that one voice has said before there is talk, */
    int64_t answers_ms;    /* and each of two before both are on the line */
    int64_t much_ms;       /* of talk in all: two must be talking; */
    int64_t past_menus_ms; /* where so much was said, keys are pressed in a conversation */
    float softer_db;       /* than most of the call's speech: the other line's leakage, */
    float loud_share;      /* most being so much of its frames */
};

/* event/other_voice.c: another than the agent speaks on the agent's line of two channels. */
struct cqa_voices_limits {
    float part_frames;   /* loud ones of a part that is long enough to be another's */
    float rest_frames;   /* and of what is said otherwise, to know the agent by */
    float part_apart;    /* from where on both are two voices (event/voice.h) */
    float around_frames; /* least before a part, and after it, that is the agent's by that alone */
    float words_frames;  /* least of the words around an event to tell their voice, */
    float words_apart;   /* from where on it is not that of the rest, */
    int64_t near_ms;     /* these words being no further from it */
    size_t most_stretches; /* that are compared; in calls of more words some are taken together */
    float other_sure;      /* most confidence of what may be another's */
};

/* event/faults.c: what is wrong with the recording. */
struct cqa_faults_limits {
    int flat_samples;          /* least on a flat top that clip a frame, */
    int top_half_db;           /* no further under the channel's own top */
    int64_t clip_shortest_ms;  /* a stretch with less clipping in it is none */
    int64_t clip_bridge_ms;    /* shorter gaps in it are bridged */
    int64_t one_way_ms;        /* of the call, before a side that never speaks is called dead, */
    int64_t one_way_speech_ms; /* the other speaking for so long */
    float clip_sure;           /* confidences: clipping, */
    float still_sure;          /* not_recorded, */
    float line_sure;           /* line_idle and line_lost, */
    float one_way_sure;        /* one_way */
};

struct cqa_event_limits {
    struct cqa_speech_limits speech;
    struct cqa_silence_limits silence;
    struct cqa_overtalk_limits overtalk;
    struct cqa_lines_limits lines;
    struct cqa_mute_limits mute;
    struct cqa_hold_limits hold;
    struct cqa_hold_music_limits hold_music;
    struct cqa_pauses_limits pauses;
    struct cqa_floors_limits floors;
    struct cqa_exchange_limits exchange;
    struct cqa_voices_limits voices;
    struct cqa_faults_limits faults;
};

/* Those that results are made by. */
extern const struct cqa_event_limits cqa_event_limits;

#endif
