/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_TESTS_SIM_MODEL_H
#define CQA_TESTS_SIM_MODEL_H

/* What must hold once the world is calm and the pipeline at rest: reads the store of the world's
 * folder, which nobody may have open, and tells the first thing that does not hold by sim_fault. */
void sim_model_check(void);

#endif
