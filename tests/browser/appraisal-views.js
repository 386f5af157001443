/* SPDX-License-Identifier: GPL-3.0-or-later */
// Months of appraisal to make pictures of, and where to look at them (as the views of shots.js).
import { months, openMonth, person, signAll } from "./round.js";

const wages = [[95, 93], [90, 91], [88, 86], [85, 84], [80, 83], [78, 79], [75, 76], [76, 74], [70, 72], [60, 66]].map(([self, lead], i) => `1${String(i + 1).padStart(3, "0")},${self},${lead},${6000 + i * 100}\n`).join("");
const shops = "subject,agents,daily_inquiries,wage,monthly_sales\n旗舰店,3,650,8000,500000\n专营店,5,900,7500,620000\n直营店,2,310,7000,260000\n";

async function fill(url) {
  const [hr, lead, zhang] = await Promise.all(["hr", "lead", "zhang"].map((name) => person(url, name)));
  const open = async (scheme, file, text) => {
    const { appraisal } = await hr("POST", "appraisals", { scheme, period: "2025-11", place: "3号会议室" });
    if (!text) return appraisal;
    const names = text.trim().split("\n").slice(1).map((line) => line.split(",")[0]); // nobody of the roster's: they are new
    if (text.startsWith("agent")) await hr("PUT", `appraisals/${appraisal}/import-answers`, { names: Object.fromEntries(names.map((name) => [name, name])) });
    await hr("POST", `appraisals/${appraisal}/imports?file=${file}`, text, "text/csv");
    return appraisal;
  };
  const october = await openMonth(url, "2025-10", "objections", { zhang: "92", li: "90", wang: "85" });
  await signAll(url, october);
  await hr("POST", `appraisals/${october}/close`, { place: "3号会议室" });
  const november = await openMonth(url, "2025-11", "interview");
  for (const agent of ["zhang", "li"]) await lead("POST", `appraisals/${november}/steps`, { step: "interview", agent, place: "1号会议室", note: agent === "zhang" ? "谈了查询系统时的冷场" : null });
  await hr("POST", `appraisals/${november}/imports?file=2025-11-b.csv`, "agent,performance\nwang,87\n", "text/csv");
  await hr("POST", `appraisals/${november}/stage`, { stage: "objections", place: "3号会议室" });
  await zhang("POST", `appraisals/${november}/sheets/zhang/objections`, { text: "19日的通话因系统故障让客户等待，请复核质量考核一项。" });
  await lead("POST", `appraisals/${november}/sheets/li/signatures`, { as: "supervisor" });
  return { november, grades: await open("grades-310", "wages.csv", `agent,self_score,supervisor_score,wage\n${wages}`), shops: await open("unit-comparison", "shops.csv", shops), four: await open("four-aspects") };
}

const bad = months["2025-11"].replace("li,92,", "li,920,").replace("wang,86,", "wang,八十六,");

export async function appraisalViews(url) {
  const { november, grades, shops: units, four } = await fill(url);
  const at = (id, part) => `#/appraisal/${id}/${part}`;
  const choose = async (page) => {
    await page.setInputFiles("[name=file]", { name: "2025-11.csv", mimeType: "text/csv", buffer: Buffer.from(bad) });
    await page.waitForSelector(".preview");
  };
  return {
    "appraisal-list": { user: "hr", hash: "#/appraisal" },
    "appraisal-open": { user: "hr", hash: "#/appraisal", then: (page) => page.click(".pageHead .primary") },
    "appraisal-progress": { user: "hr", hash: at(november, "progress"), tall: true },
    "appraisal-import": { user: "hr", hash: at(november, "import"), then: choose, tall: true },
    "appraisal-ratings": { user: "lead", hash: at(four, "ratings"), tall: true },
    "appraisal-peers": { user: "zhang", hash: at(four, "ratings") },
    "appraisal-results": { user: "hr", hash: at(november, "results"), tall: true },
    "appraisal-grades": { user: "hr", hash: at(grades, "results"), tall: true },
    "appraisal-units": { user: "hr", hash: at(units, "results") },
    "appraisal-sheet": { user: "zhang", hash: at(november, "sheet"), tall: true },
    "appraisal-trace": { user: "lead", hash: at(november, "sheet/li"), then: async (page) => { await page.click(".unfold >> nth=1"); await page.click(".behind:not([hidden]) summary"); } },
    "appraisal-objections": { user: "lead", hash: at(november, "objections") },
    "appraisal-changes": { user: "hr", hash: at(november, "changes") },
  };
}
