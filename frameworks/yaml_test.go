package frameworks

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"

	"appointable/internal/fault"
)

func TestYAMLRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := drawFramework(t)
		if err := f.Validate(); err != nil {
			t.Fatalf("the generator made an invalid framework: %v", err)
		}
		checkRoundTrip(t, f)
	})
}

func TestYAMLRoundTripOfEachNastyText(t *testing.T) {
	for _, text := range nastyTexts {
		if textProblem(text, maxTitle) != "" {
			continue // blank
		}
		f := sample()
		f.Title = text
		f.Scale.Labels[0].Text = text
		f.Dimensions[0].Description = text
		f.Dimensions[0].Criteria[0].Statement = text
		f.Dimensions[0].Criteria[0].Anchors[2].Text = text
		f.Dimensions[0].Criteria[0].Negative[1] = text
		checkRoundTrip(t, f)
	}
}

// checkRoundTrip writes, reads and writes again.
func checkRoundTrip(t interface{ Fatalf(string, ...any) }, f Framework) {
	written, err := f.YAML()
	if err != nil {
		t.Fatalf("writing: %v", err)
	}
	read, err := ReadYAML(written)
	if err != nil {
		t.Fatalf("reading what was written: %v\n%s", err, written)
	}
	if diff := cmp.Diff(f, read); diff != "" {
		t.Fatalf("not the same after writing and reading:\n%s\n%s", diff, written)
	}
	again, err := read.YAML()
	if err != nil || string(again) != string(written) {
		t.Fatalf("the second writing differs (%v):\n%s\n%s", err, written, again)
	}
}

const canonical = `framework: trust-values
version: 3
title: Our values
scale: {min: 1, max: 7, step: 0.5}
dimensions:
  - code: safety
    kind: value
    title: "Safety: always"
    weight: {low: 20, high: 30}
    constitution: [quality-of-care, working-together]
    criteria:
      - code: safety.speaks-up
        statement: |-
          Speaks up
          early
        anchors:
          1: Looks on
          4.5: Says so
        positive:
          - "yes"
          - "10 minutes"
        negative:
          - Relies on luck
`

func TestYAMLIsCanonical(t *testing.T) {
	f, err := ReadYAML([]byte(canonical))
	if err != nil {
		t.Fatal(err)
	}
	written, err := f.YAML()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(canonical, string(written)); diff != "" {
		t.Error(diff)
	}
}

func TestTextsAreWrittenReadably(t *testing.T) {
	for text, want := range map[string]string{
		"Says so; then acts – “now”": "Says so; then acts – “now”",
		"Safety: always":             `"Safety: always"`,
		"10 minutes":                 `"10 minutes"`,
		"No":                         `"No"`,
		"one\ntwo":                   "|-\n  one\n  two",
		" one\ntwo":                  `" one\ntwo"`,
		"one \ntwo":                  `"one \ntwo"`,
		"a\u2028b":                   `"a\Lb"`,
	} {
		written, err := yaml.Marshal(map[string]*yaml.Node{"k": textNode(text)})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.ReplaceAll(strings.TrimSpace(strings.TrimPrefix(string(written), "k: ")), "    ", "  "); got != want {
			t.Errorf("%q is written as %s, want %s", text, got, want)
		}
	}
}

func TestReadYAMLTakesOtherLayouts(t *testing.T) {
	text := "\xEF\xBB\xBF" + strings.ReplaceAll(`# exported by hand
title: 'Our values'
framework: trust-values
dimensions:
- {code: safety, kind: value, title: "Safety: always", weight: {high: 30.0, low: 2e1}, constitution: [quality-of-care, working-together],
   criteria: [{code: safety.speaks-up, statement: "Speaks up\nearly", anchors: {4.50: Says so, 1: Looks on}, positive: [yes, 10 minutes], negative: [Relies on luck]}]}
version: 3
scale: {step: 0.5, max: 7, min: 1, labels: {}}
`, "\n", "\r\n")
	got, err := ReadYAML([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	want, err := ReadYAML([]byte(canonical))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got.Hash() != want.Hash() {
		t.Error("the layout changes the hash")
	}
}

func TestYAMLRefusesAnInvalidFramework(t *testing.T) {
	f := sample()
	f.Dimensions[0].Weight = Fixed(-1)
	if _, err := f.YAML(); !fault.Is(err, fault.Invalid) {
		t.Errorf("error %v is not Invalid", err)
	}
}

var placed = regexp.MustCompile(`^[1-9][0-9]*:[1-9][0-9]*(: .+)?$`)

// TestDamagedYAML damages the canonical document in one place at a time.
func TestDamagedYAML(t *testing.T) {
	for name, test := range map[string]struct{ old, new, want string }{
		"missing key":           {"    kind: value\n", "", "6:5: dimensions[0].kind: the key `kind` is missing"},
		"misspelt key":          {"weight:", "weigth:", "9:5: dimensions[0].weigth: unknown key `weigth`; did you mean `weight`?"},
		"unknown key":           {"version: 3", "version: 3\nowner: me", "3:1: owner: unknown key `owner`; known here: framework, version, title, description, source, scale, dimensions"},
		"key twice":             {"    kind: value\n", "    kind: value\n    kind: value\n", "8:5: dimensions[0].kind: the key `kind` stands twice; it is on line 7 already"},
		"nothing after a key":   {"title: Our values", "title:", "3:7: title: nothing stands here; write a value, or leave the key out (the word null needs quotes)"},
		"score out of scale":    {"4.5: Says so", "9: Says so", "16:9: dimensions[0].criteria[0].anchors: score 9 is outside 1–7"},
		"score off the grid":    {"4.5: Says so", "4.2: Says so", "16:9: dimensions[0].criteria[0].anchors: score 4.2 is not on the scale: 1, 1.5, … 7"},
		"score twice":           {"4.5: Says so", "1.0: Says so", "16:9: dimensions[0].criteria[0].anchors: score 1 stands twice; keep one text for it"},
		"score is a word":       {"4.5: Says so", "good: Says so", "18:17: dimensions[0].criteria[0].anchors.good: expected a number such as 4 or 4.5, found “good” as the score"},
		"score NaN":             {"4.5: Says so", ".nan: Says so", "18:17: dimensions[0].criteria[0].anchors..nan: expected a number such as 4 or 4.5, found “.nan” as the score"},
		"anchor is a list":      {"4.5: Says so", "4.5: [Says so]", "18:16: dimensions[0].criteria[0].anchors.4.5: expected a text, found a list"},
		"anchors are a list":    {"          1: Looks on\n          4.5: Says so", "          - Looks on", "17:11: dimensions[0].criteria[0].anchors: expected a mapping from score to text, such as 4: Asks for help early"},
		"unknown kind":          {"kind: value", "kind: virtue", "7:11: dimensions[0].kind: “virtue” is not a kind of dimension; write value or competency"},
		"code in capitals":      {"code: safety\n", "code: Safety\n", "6:11: dimensions[0].code: the code “Safety” may hold lowercase letters and digits, with single dots or hyphens between them, such as safety.speaks-up"},
		"version 0":             {"version: 3", "version: 0", "2:10: version: version 0 is below 1; versions count 1, 2, 3"},
		"version is a fraction": {"version: 3", "version: 1.5", "2:10: version: expected a whole number such as 4, found “1.5”"},
		"weight NaN":            {"low: 20", "low: .nan", "9:19: dimensions[0].weight.low: expected a number such as 4 or 4.5, found “.nan”"},
		"weight quoted":         {"{low: 20, high: 30}", `"25"`, "9:13: dimensions[0].weight: expected a number, found “25”; take the quotes away"},
		"weight negative":       {"low: 20", "low: -20", "9:13: dimensions[0].weight: weight -20 is negative; a weight is at least 0"},
		"weight upside down":    {"low: 20", "low: 40", "9:13: dimensions[0].weight: low 40 is above high 30; exchange them"},
		"weight zero":           {"{low: 20, high: 30}", "0", "9:13: dimensions[0].weight: the weight is 0; a dimension without weight is not selected on: leave it out"},
		"weight half a range":   {"{low: 20, high: 30}", "{low: 20}", "9:13: dimensions[0].weight.high: the key `high` is missing"},
		"weight is a list":      {"{low: 20, high: 30}", "[20, 30]", "9:13: dimensions[0].weight: expected a number or {low: 20, high: 30}"},
		"scale upside down":     {"min: 1, max: 7", "min: 7, max: 1", "4:8: scale: min 7 must be below max 1, by at least 0.001"},
		"scale without step":    {", step: 0.5", "", "4:8: scale.step: the key `step` is missing"},
		"step does not fit":     {"step: 0.5", "step: 0.7", "4:31: scale.step: steps of 0.7 from 1 do not reach 7; choose a step that divides the range"},
		"unknown cross-ref":     {"[quality-of-care,", "[quality,", "10:20: dimensions[0].constitution[0]: “quality” is not a value of the NHS Constitution; the codes are working-together, respect-dignity, quality-of-care, compassion, improving-lives, everyone-counts"},
		"indicator twice":       {"- \"10 minutes\"", "- \"yes\"", "21:13: dimensions[0].criteria[0].positive[1]: this indicator stands twice; once is enough"},
		"no dimension":          {canonical[strings.Index(canonical, "dimensions:"):], "dimensions: []\n", "5:13: dimensions: there is no dimension; add at least one value or competency"},
		"broken indentation":    {"    title: \"Safety", "   title: \"Safety", "8:4: a list item “- …” was expected here; correct the indentation"},
		"unquoted colon":        {"title: Our values", "title: Our values: all", "3:18: a second “key: value” begins inside a value; put a text with “: ” in it in quotes, close an open quote above, or correct the indentation"},
		"open quote":            {"\"Safety: always\"", "\"Safety: always", "22:17: a second “key: value” begins inside a value; "},
		"tab":                   {"    kind", "\tkind", "7:1: a tab is used for indentation; use spaces"},
		"alias":                 {"Looks on", "*looks", "17:19: a text that begins with * is read as an alias; put it in quotes"},
		"tag":                   {"Looks on", "!!binary aGk=", "17:14: dimensions[0].criteria[0].anchors.1: the tag !!binary is not understood; leave it out, or put a text that begins with ! in quotes"},
		"second document":       {"dimensions:", "---\ndimensions:", "5:1: a second document begins here; a file holds one"},
		"Windows-1252":          {"Looks on", "Looks on \x96", "17:23: byte 389 (0x96) is not UTF-8; save the file as UTF-8"},
		"NUL":                   {"Looks on", "Looks\x00on", `17:19: the invisible character U+0000 cannot stand here; delete it, or write it as \x00 inside double quotes`},
		"NUL, escaped":          {"Looks on", `"Looks\0on"`, "16:9: dimensions[0].criteria[0].anchors: the text for score 1 holds an invisible NUL character, which cannot be stored; type it again"},
		"line of 2 MB":          {"Looks on", strings.Repeat("x", 2_000_000), "17:1: the line is longer than 1048576 bytes (1 MiB); is this the right file?"},
		"long text":             {"Looks on", strings.Repeat("é", 1001), "16:9: dimensions[0].criteria[0].anchors: the text for score 1 has 1001 characters; at most 1000 are allowed"},
		"empty file":            {canonical, "", "1:1: the file is empty"},
		"UTF-16":                {canonical, "\xff\xfet\x00", "1:1: the file is UTF-16; save the file as UTF-8"},
		"a spreadsheet":         {canonical, "PK\x03\x04", `1:3: the invisible character U+0003 cannot stand here; delete it, or write it as \x03 inside double quotes`},
		"a list":                {canonical, "- a\n", "1:1: expected a mapping (key: value), found a list"},
	} {
		t.Run(name, func(t *testing.T) {
			if strings.Count(canonical, test.old) != 1 {
				t.Fatalf("%q stands %d times in the document", test.old, strings.Count(canonical, test.old))
			}
			_, err := ReadYAML([]byte(strings.Replace(canonical, test.old, test.new, 1)))
			if !fault.Is(err, fault.Invalid) || len(fault.FieldsOf(err)) == 0 {
				t.Fatalf("error %v is not Invalid with fields", err)
			}
			for _, f := range fault.FieldsOf(err) {
				if !placed.MatchString(f.Where) {
					t.Errorf("%q is not line, column and path", f.Where)
				}
			}
			if got := fault.FieldsOf(err)[0].String(); !strings.HasPrefix(got, test.want) || len(fault.FieldsOf(err)) != 1 {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
}

func TestReadYAMLTellsEverythingAtOnce(t *testing.T) {
	text := strings.NewReplacer("version: 3", "version: three", "weight:", "weigth:", "low: 20", "low: -20", "4.5: Says so", "9: Says so", "- Relies on luck", "- ''").Replace(canonical)
	_, err := ReadYAML([]byte(text))
	want := `this YAML document does not have the expected content
2:10: version: expected a whole number such as 4, found “three”
6:5: dimensions[0].weight: weight -20 is negative; a weight is at least 0
9:5: dimensions[0].weigth: unknown key ` + "`weigth`; did you mean `weight`?" + `
16:9: dimensions[0].criteria[0].anchors: score 9 is outside 1–7
23:13: dimensions[0].criteria[0].negative[0]: the text is empty; write something here`
	got := ""
	if err != nil {
		got = err.Error()
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// FuzzReadYAML: no input makes it panic, errors have places, and what it reads
// can be written and read again.
func FuzzReadYAML(f *testing.F) {
	f.Add([]byte(canonical))
	for _, template := range Templates() {
		data, err := template.YAML()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(strings.ReplaceAll(canonical, "Looks on", `"\x01\u2028\N \ud83d\ude00"`)))
	f.Add([]byte("framework: &a [*a]\n? {}\n: !!binary x\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		read, err := ReadYAML(data)
		for _, field := range fault.FieldsOf(err) {
			if !placed.MatchString(field.Where) {
				t.Errorf("%q is not line, column and path", field.Where)
			}
		}
		if err == nil {
			checkRoundTrip(t, read)
		}
	})
}
