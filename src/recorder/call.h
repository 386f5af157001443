#ifndef CQA_RECORDER_CALL_H
#define CQA_RECORDER_CALL_H

/*
 * Who called whom, as the recorder's names and sidecars tell. Strings are borrowed from the arena
 * that the reader was given; NULL where the source does not say.
 */
struct cqa_call {
    const char *id; /* never NULL once identified */
    const char *agent;
    const char *customer;
    const char *queue;
    const char *direction;  /* "in", "out", "internal" */
    const char *started_at; /* ISO 8601 with offset, "2025-11-20T10:15:02+08:00" */
    const char *source;     /* the recorder profile's name */
    int agent_channel;      /* 0 or 1: which channel of a stereo file is the agent's */
    int starts_at_answer;   /* the recording begins when the call is answered */
};

#endif
