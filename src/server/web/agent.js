/* SPDX-License-Identifier: GPL-3.0-or-later */
// Whom a call is of, in words.
import { t } from "./text.js";

/** "zhang (8001)": who held the extension, where that is known. */
export const agentOf = ({ agent }, person) => (person && agent && person !== agent ? t("call.agentAt", { person, extension: agent }) : person ?? agent);
