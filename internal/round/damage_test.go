package round_test

import (
	"strings"
	"testing"
	"unicode/utf16"
)

// damage is one mistake made in one file of a sound round, and the one
// complaint that it must draw (or more of them, where the mistake has several
// faces).
type damage struct {
	name     string
	old, new string              // what is exchanged; or
	edit     func(string) string // what is done to the whole file
	where    string              // without the file's name
	message  string              // a part of it
	more     []string            // further complaints, as they are printed
}

func testDamage(t *testing.T, name string, table []damage) {
	t.Helper()
	for _, d := range table {
		t.Run(d.name, func(t *testing.T) {
			f := small(t)
			if d.edit != nil {
				f[name] = d.edit(f[name])
			} else {
				f.change(t, name, d.old, d.new)
			}
			expect(t, f, name+d.where, d.message, d.more...)
		})
	}
}

// expect reads f, which has a mistake at where and the complaints in more.
func expect(t *testing.T, f files, where, message string, more ...string) {
	t.Helper()
	var rest []string
	found := false
	for _, field := range f.complaints(t) {
		if !found && field.Where == where && strings.Contains(field.Message, message) {
			found = true
			continue
		}
		rest = append(rest, field.String())
	}
	if !found {
		t.Errorf("no complaint at %s with %q", where, message)
	}
	for i, complaint := range rest {
		if i >= len(more) || !strings.Contains(complaint, more[i]) {
			t.Errorf("also: %s", complaint)
		}
	}
	if len(rest) < len(more) {
		t.Errorf("only %d complaints more, want %q", len(rest), more)
	}
}

func empty(string) string { return "" }

func utf16le(text string) string {
	out := []byte{0xFF, 0xFE}
	for _, unit := range utf16.Encode([]rune(text)) {
		out = append(out, byte(unit), byte(unit>>8))
	}
	return string(out)
}

func prefixed(prefix string) func(string) string {
	return func(text string) string { return prefix + text }
}

func suffixed(suffix string) func(string) string {
	return func(text string) string { return text + suffix }
}

func replaceAll(old, replacement string) func(string) string {
	return func(text string) string { return strings.ReplaceAll(text, old, replacement) }
}

func TestDamagedFramework(t *testing.T) {
	testDamage(t, "framework.yaml", []damage{
		{name: "empty file", edit: empty, where: ":1:1", message: "empty"},
		{name: "comments only", edit: func(string) string { return "# later\n" }, where: ":1:1", message: "nothing but comments"},
		{name: "broken YAML", old: "step: 1}", new: "step: 1", where: ":4:25", message: "not closed"},
		{name: "tab", old: "    kind: value\n    title: Safety", new: "\tkind: value\n    title: Safety", where: ":7:1", message: "tab"},
		{name: "unknown key", old: "    kind: value\n    title: Safety", new: "    knd: value\n    title: Safety", where: ":7:5: dimensions[0].knd", message: "did you mean `kind`"},
		{name: "missing key", old: "    weight: 40\n", new: "", where: ":19:5: dimensions[1].weight", message: "missing"},
		{name: "repeated key", old: "title: Two", new: "version: 1\ntitle: Two", where: ":3:1: version", message: "twice"},
		{name: "NaN", old: "weight: 60", new: "weight: .nan", where: ":9:13: dimensions[0].weight", message: "expected a number"},
		{name: "number as a text", old: "weight: 60", new: "weight: sixty", where: ":9:13: dimensions[0].weight", message: "expected a number"},
		{name: "anchor off the scale", old: "7: Also", new: "9: Also", where: ":13:9: dimensions[0].criteria[0].anchors", message: "score 9 is outside 1–7"},
		{name: "code twice", old: "code: safety.error", new: "code: safety.concern", where: ":17:15: dimensions[0].criteria[1].code", message: "already",
			more: []string{`campaign.yaml:8:32: exercises[0].criteria[1]: the framework small-values has no criterion "safety.error"`}},
		{name: "scale upside down", old: "{min: 1, max: 7, step: 1}", new: "{min: 7, max: 1, step: 1}", where: ":4:8: scale", message: "must be below"},
		{name: "wrong encoding", old: "in the room", new: "in the r\xf4le", where: ":12:62", message: "UTF-8"},
		{name: "UTF-16", edit: utf16le, where: ":1:1", message: "UTF-16"},
		{name: "second document", edit: suffixed("---\nframework: other\n"), where: ":26:1", message: "second document"},
		{name: "alias", old: "title: Kindness", new: "title: *safety", where: ":21:18", message: "alias"},
	})
	f := small(t)
	delete(f, "framework.yaml")
	expect(t, f, "framework.yaml", "is missing")
	f["framework.yml"] = ""
	expect(t, f, "framework.yml", "did you mean framework.yaml?")
}

func TestDamagedCampaign(t *testing.T) {
	testDamage(t, "campaign.yaml", []damage{
		{name: "empty file", edit: empty, where: ":1:1", message: "empty"},
		{name: "broken YAML", old: "criteria: [safety.concern, safety.error]", new: "criteria: [safety.concern, safety.error", where: ":8:16", message: "not closed"},
		{name: "unknown key", old: "method: simulation", new: "metod: simulation", where: ":11:5: exercises[1].metod", message: "did you mean `method`"},
		{name: "missing key", old: "    method: simulation\n", new: "", where: ":9:5: exercises[1].method", message: "missing"},
		{name: "repeated key", old: "title: Consultant", new: "campaign: A\ntitle: Consultant", where: ":2:1: campaign", message: "twice"},
		{name: "unknown criterion", old: "[safety.concern, safety.error]", new: "[safety.concern, safety.eror]", where: ":8:32: exercises[0].criteria[1]", message: `no criterion "safety.eror"`},
		{name: "unknown dimension", old: "ties: [safety, kindness]", new: "ties: [safety, kidness]", where: ":20:18: rank.ties[1]", message: `no dimension "kidness"`},
		{name: "gate off the scale", old: "composite: 4", new: "composite: 40", where: ":16:14: appointable.composite", message: "outside the scale 1–7"},
		{name: "NaN", old: "composite: 4", new: "composite: .nan", where: ":16:14: appointable.composite", message: "expected a number"},
		{name: "rater twice", old: "rater: R2", new: "rater: R1", where: ":23:13: panel[1].rater", message: "twice"},
		{name: "unknown role", old: "role: lay-chair", new: "role: layman", where: ":22:23: panel[0].role", message: "is not a role"},
		{name: "formula as a code", old: "instrument: PERS-A", new: "instrument: =PERS", where: ":14:18: psychometrics[0].instrument", message: "formula"},
		{name: "posts in words", old: "posts: 1", new: "posts: one", where: ":3:56: post.posts", message: "whole number"},
		{name: "wrong encoding", old: "busy night", new: "b\xfcsy night", where: ":10:27", message: "UTF-8"},
		{name: "UTF-16", edit: utf16le, where: ":1:1", message: "UTF-16"},
	})
	f := small(t)
	delete(f, "campaign.yaml")
	expect(t, f, "campaign.yaml", "is missing")
}

func TestDamagedCandidates(t *testing.T) {
	const header = "candidate,applied,shortlisted,interviewed,appointable,offered,accepted\n"
	testDamage(t, "candidates.csv", []damage{
		{name: "empty file", edit: empty, where: ":1:1", message: "empty; its first line names the columns: candidate,applied,"},
		{name: "blank lines only", edit: func(string) string { return "\n\r\n,,\n" }, where: ":1:1", message: "empty"},
		{name: "nobody", edit: func(string) string { return header }, where: ":1", message: "there is nobody in it"},
		{name: "missing column", old: "candidate,", new: "person,", where: ":1", message: "the column candidate is missing"},
		{name: "wrong case", old: "candidate,", new: "Candidate,", where: ":1:1", message: `"Candidate" is not known; did you mean candidate?`},
		{name: "misspelled column", old: "offered", new: "ofered", where: ":1:55", message: "did you mean offered?"},
		{name: "column twice", old: "offered", new: "applied", where: ":1:55", message: "applied is there twice"},
		{name: "tabs", edit: replaceAll(",", "\t"), where: ":1:1", message: "separated by tabs", more: []string{"candidates.csv:1: the column candidate is missing"}},
		{name: "duplicate row", edit: suffixed("C2,yes,yes,yes,,,\n"), where: ":6:1", message: "C2 is there twice"},
		{name: "not an answer", old: "C4,yes,no,no", new: "C4,yes,maybe,no", where: ":5:8", message: `"maybe" is not an answer`},
		{name: "yes after no", old: "C4,yes,no,no", new: "C4,yes,no,yes", where: ":5:11", message: "without having been shortlisted"},
		{name: "formula", old: "C4,", new: "=C4,", where: ":5:1", message: `"=C4" begins like a spreadsheet formula`},
		{name: "formula as an answer", old: "C4,yes,no,no", new: "C4,yes,no,@no", where: ":5:11", message: "formula"},
		{name: "no code", old: "C4,", new: " ,", where: ":5:1", message: "is empty"},
		{name: "bad code", old: "C4,", new: "C/4,", where: ":5:1", message: "letters, digits"},
		{name: "short row", old: "C4,yes,no,no,,,", new: "C4,yes,no", where: ":5:8", message: "has 3 cells and the header has 7"},
		{name: "long row", old: "C4,yes,no,no,,,", new: "C4,yes,no,no,,,,", where: ":5:17", message: "has 8 cells and the header has 7"},
		{name: "stray quote", old: "C4,yes,no", new: `C4,yes",no`, where: ":5:7", message: "a quote stands inside a cell"},
		{name: "open quote", old: "C4,yes,no", new: `C4,"yes,no`, where: ":5:18", message: "quotes are out of step"},
		{name: "wrong encoding", old: "C4,", new: "C\xe94,", where: ":5:2", message: "not UTF-8"},
		{name: "UTF-16", edit: utf16le, where: ":1:1", message: "UTF-16"},
		{name: "NUL", old: "C4,", new: "C4\x00,", where: ":5:3", message: "NUL"},
		{name: "workbook by the wrong name", edit: prefixed("PK\x03\x04"), where: ":1:1", message: "name it .xlsx"},
		{name: "old Mac", edit: replaceAll("\n", "\r"), where: ":1:71", message: "CR alone"},
		{name: "withdrawn is no answer", edit: func(text string) string {
			return strings.ReplaceAll(strings.ReplaceAll(text, "accepted", "accepted,withdrawn"), ",\n", ",,x\n")
		}, where: ":2:19", message: `"x" is not an answer`, more: []string{"candidates.csv:3:19", "candidates.csv:4:19", "candidates.csv:5:17"}},
	})
	f := small(t)
	delete(f, "candidates.csv")
	expect(t, f, "candidates.csv", "is missing")
}

func TestDamagedRatings(t *testing.T) {
	const first = "C1,R2,interview,safety.concern,6,"
	testDamage(t, "ratings.csv", []damage{
		{name: "empty file", edit: empty, where: ":1:1", message: "empty"},
		{name: "missing column", old: ",score,", new: ",value,", where: ":1", message: "the column score is missing"},
		{name: "misspelled column", old: ",score,", new: ",scoer,", where: ":1:36", message: "did you mean score?"},
		{name: "wrong case of an optional column", old: ",evidence", new: ",Evidence", where: ":1:42", message: "did you mean evidence?"},
		{name: "column twice", old: ",evidence", new: ",score", where: ":1:42", message: "score is there twice"},
		{name: "unknown candidate", old: first, new: "C9,R2,interview,safety.concern,6,", where: ":3:1", message: `"C9" is not in the list of candidates`},
		{name: "unknown rater", old: first, new: "C1,R9,interview,safety.concern,6,", where: ":3:4", message: `"R9" is not on the panel`},
		{name: "unknown exercise", old: first, new: "C1,R2,intervew,safety.concern,6,", where: ":3:7", message: `no exercise "intervew"`},
		{name: "unknown criterion", old: first, new: "C1,R2,interview,kindness.dignity,6,", where: ":3:17", message: "is not marked in interview"},
		{name: "off the scale", old: first, new: "C1,R2,interview,safety.concern,8,", where: ":3:32", message: "score 8 is outside 1–7"},
		{name: "between the steps", old: first, new: "C1,R2,interview,safety.concern,5.5,", where: ":3:32", message: "5.5 is not on the scale"},
		{name: "duplicate row", old: first, new: first + "\n" + first, where: ":4:17", message: "R2 has marked C1 on safety.concern in interview before"},
		{name: "NaN", old: first, new: "C1,R2,interview,safety.concern,NaN,", where: ":3:32", message: `"NaN" is not a number`},
		{name: "infinite", old: first, new: "C1,R2,interview,safety.concern,-Inf,", where: ":3:32", message: "formula"},
		{name: "decimal comma", old: first, new: `C1,R2,interview,safety.concern,"5,5",`, where: ":3:32", message: "write 5.5"},
		{name: "thousands", old: first, new: `C1,R2,interview,safety.concern,"1,000",`, where: ":3:32", message: "without separators between thousands"},
		{name: "exponent", old: first, new: "C1,R2,interview,safety.concern,6e0,", where: ":3:32", message: "plain digits"},
		{name: "hexadecimal", old: first, new: "C1,R2,interview,safety.concern,0x6p0,", where: ":3:32", message: "plain digits"},
		{name: "underscore", old: first, new: "C1,R2,interview,safety.concern,1_0,", where: ":3:32", message: "plain digits"},
		{name: "too large", old: first, new: "C1,R2,interview,safety.concern,1" + strings.Repeat("0", 400) + ",", where: ":3:32", message: "too large"},
		{name: "dash for not observed", old: first, new: "C1,R2,interview,safety.concern,-,", where: ":3:32", message: `"-" is not a number`},
		{name: "formula", old: first, new: "C1,R2,interview,safety.concern,=3+3,", where: ":3:32", message: "formula"},
		{name: "plus sign", old: first, new: "C1,R2,interview,safety.concern,+6,", where: ":3:32", message: "formula"},
		{name: "formula as a code", old: first, new: "C1,@R2,interview,safety.concern,6,", where: ":3:4", message: "formula"},
		{name: "formula in the evidence", old: first, new: first + "=cmd()", where: ":3:34", message: "apostrophe"},
		{name: "no rater", old: first, new: "C1,,interview,safety.concern,6,", where: ":3:4", message: "every row needs its rater"},
		{name: "short row", old: first, new: "C1,R2,interview,safety.concern,6", where: ":3:32", message: "has 5 cells and the header has 6"},
		{name: "long row", old: first, new: first + "calm, kind", where: ":3:39", message: "has 7 cells and the header has 6"},
		{name: "stray quote", old: first, new: first + `she said "no"`, where: ":3:43", message: "double those in it"},
		{name: "two stray quotes", edit: replaceAll("6,\n", "6,6\"\n"), where: ":3:35", message: "double those in it", more: []string{"ratings.csv:8:34", "ratings.csv:9:34", "ratings.csv:10:34"}},
		{name: "open quote", old: first, new: first + `"calm`, where: ":24:35", message: "out of step in the row that begins on line 3"},
		{name: "wrong encoding", old: first, new: first + "na\xefve", where: ":3:36", message: "not UTF-8"},
		{name: "wrong encoding after other languages", old: first, new: first + "né à Łódź\xef", where: ":3:43", message: "not UTF-8"},
		{name: "columns in characters", old: "C1,R2,interview,safety.concern,6,\nC1,R3,interview,safety.concern,4,", new: "C1,R2,intervïëw,safety.concern,8,\n" + `C1,R3,ïnterview,safety.concern,4,"ä` + "\n" + `ö",`, where: ":3:7", message: "no exercise",
			more: []string{"ratings.csv:3:32: score 8", "ratings.csv:5:4: the row has 7 cells"}},
		{name: "NUL", old: first, new: first + "a\x00b", where: ":3:35", message: "NUL"},
		{name: "lone CR", old: first, new: first + "a\rb", where: ":3:35", message: "CR alone"},
		{name: "long evidence", old: first, new: first + strings.Repeat("é", 4001), where: ":3:34", message: "longer than 4000 characters"},
		{name: "long cell", old: first, new: first + strings.Repeat("a", 64<<10+1), where: ":3:34", message: "longer than 64 KiB"},
		{name: "long row of many lines", old: first, new: first + `"` + strings.Repeat("a\n", 1<<19), where: ":3:1", message: "longer than 1 MiB"},
		{name: "withdrawn is no answer", edit: func(string) string {
			return "candidate,rater,exercise,criterion,score,withdrawn\nC1,R1,interview,safety.concern,5,Y\nC2,R3,handover,kindness.dignity,4,no\n"
		}, where: ":2:34", message: `"Y" is not an answer`},
	})
}

func TestDamagedPsychometrics(t *testing.T) {
	const first = "C1,PERS-A,persistence,55.5,2026-03-02"
	testDamage(t, "psychometrics.csv", []damage{
		{name: "empty file", edit: empty, where: ":1:1", message: "empty"},
		{name: "missing column", old: "instrument,", new: "test,", where: ":1", message: "the column instrument is missing"},
		{name: "misspelled column", old: "taken_on", new: "taken on", where: ":1:34", message: "did you mean taken_on?"},
		{name: "column twice", old: "taken_on", new: "score", where: ":1:34", message: "score is there twice"},
		{name: "unknown candidate", old: first, new: "C9,PERS-A,persistence,55.5,2026-03-02", where: ":2:1", message: `"C9" is not in the list`},
		{name: "unknown instrument", old: first, new: "C1,PERS-B,persistence,55.5,2026-03-02", where: ":2:4", message: `declares no scale "persistence" of "PERS-B"`},
		{name: "duplicate row", old: first, new: first + "\n" + first, where: ":3:11", message: "has a result for PERS-A persistence before"},
		{name: "NaN", old: "55.5", new: "nan", where: ":2:23", message: "not a number"},
		{name: "no score", old: "55.5", new: "", where: ":2:23", message: "leave out the row"},
		{name: "decimal comma in a file with semicolons", edit: func(text string) string {
			return strings.ReplaceAll(strings.ReplaceAll(text, ",", ";"), "55.5", "55,5")
		}, where: ":2:23", message: "write 55.5"},
		{name: "formula", old: "55.5", new: "=A1", where: ":2:23", message: "formula"},
		{name: "no date", old: first, new: "C1,PERS-A,persistence,55.5,02/03/2026", where: ":2:28", message: "write it as 2026-03-14"},
		{name: "no such day", old: first, new: "C1,PERS-A,persistence,55.5,2026-02-30", where: ":2:28", message: "is not a date"},
		{name: "short row", old: first, new: "C1,PERS-A", where: ":2:4", message: "has 2 cells and the header has 5"},
		{name: "stray quote", old: "55.5", new: `55"5`, where: ":2:25", message: "quote"},
		{name: "wrong encoding", old: first, new: "C1,PERS\x96A,persistence,55.5,2026-03-02", where: ":2:8", message: "not UTF-8"},
		{name: "UTF-16", edit: utf16le, where: ":1:1", message: "UTF-16"},
	})
}

func TestDamagedRevisions(t *testing.T) {
	const first, second = "kindness.dignity,1,2,in a hurry,heard", "kindness.dignity,2,3,in a hurry at first"
	testDamage(t, "revisions.csv", []damage{
		{name: "empty file", edit: empty, where: ":1:1", message: "empty"},
		{name: "missing column", old: ",reason", new: ",why", where: ":1", message: "the column reason is missing"},
		{name: "misspelled column", old: ",revision,", new: ",revison,", where: ":1:36", message: "did you mean revision?"},
		{name: "revision twice", old: second, new: "kindness.dignity,1,3,in a hurry at first", where: ":3:33", message: "revision 1 of this mark is there twice"},
		{name: "gap", old: second, new: "kindness.dignity,3,3,in a hurry at first", where: ":3:33", message: "revision 2 is not"},
		{name: "begins late", edit: func(text string) string { return strings.Replace(text, "dignity,1", "dignity,3", 1) }, where: ":3:33", message: "revision 2 of this mark is there and revision 1 is not"},
		{name: "not a number of a revision", old: second, new: "kindness.dignity,second,3,in a hurry at first", where: ":3:33", message: "1, 2, 3"},
		{name: "mark unknown", edit: replaceAll("C2,R3", "C2,R9"), where: ":2:1", message: "no mark by R9 on kindness.dignity for C2 in handover", more: []string{"revisions.csv:3:1"}},
		{name: "off the scale", old: first, new: "kindness.dignity,1,0,in a hurry,heard", where: ":2:35", message: "outside 1–7"},
		{name: "NaN", old: first, new: "kindness.dignity,1,NaN,in a hurry,heard", where: ":2:35", message: "not a number"},
		{name: "formula", old: first, new: "kindness.dignity,1,=2,in a hurry,heard", where: ":2:35", message: "formula"},
		{name: "no reason", old: "read the anchor again", new: " ", where: ":3:57", message: "say why the mark was changed"},
		{name: "formula as a reason", old: "read the anchor again", new: "=A1", where: ":3:57", message: "formula"},
		{name: "long reason", old: "read the anchor again", new: strings.Repeat("a", 4001), where: ":3:57", message: "longer than 4000"},
		{name: "short row", old: ",read the anchor again", new: "", where: ":3:37", message: "has 7 cells and the header has 8"},
		{name: "stray quote", old: "in a hurry at first", new: `in a "hurry"`, where: ":3:42", message: "quote"},
		{name: "wrong encoding", old: "in a hurry at first", new: "press\xe9", where: ":3:42", message: "not UTF-8"},
		{name: "UTF-16", edit: utf16le, where: ":1:1", message: "UTF-16"},
	})
}

func TestDamagedPrior(t *testing.T) {
	testDamage(t, "prior.json", []damage{
		{name: "empty file", edit: empty, where: ":1:1", message: "empty"},
		{name: "blanks only", edit: func(string) string { return " \n\n" }, where: ":1:1", message: "empty"},
		{name: "not JSON", edit: func(string) string { return "source: x" }, where: ":1:1", message: "not JSON"},
		{name: "a list", edit: func(string) string { return "\n [1]" }, where: ":2:2", message: "a JSON object"},
		{name: "null", edit: func(string) string { return "null" }, where: ":1:1", message: "a JSON object"},
		{name: "comma at the end", old: "0.5\n", new: "0.5,\n", where: ":4:1", message: "not JSON"},
		{name: "not closed", edit: func(text string) string { return strings.TrimRight(text, "}\n") }, where: ":3:145", message: "not JSON"},
		{name: "second object", edit: suffixed("{}"), where: ":5:1", message: "not JSON"},
		{name: "NaN", old: "0.5", new: "NaN", where: ":3:143", message: "not JSON"},
		{name: "comment", old: "\"candidate\"", new: "// half\n\"candidate\"", where: ":3:3", message: "not JSON"},
		{name: "single quotes", edit: replaceAll(`"`, `'`), where: ":2:3", message: "not JSON"},
		{name: "wrong encoding", old: "three", new: "thr\xe9e", where: ":2:17", message: "UTF-8"},
		{name: "UTF-16", edit: utf16le, where: ":1:1", message: "UTF-16"},
	})
}
