package strictyaml

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"appointable/internal/fault"
)

// plan is a document with every kind of value that Decode knows.
type plan struct {
	Title  string             `yaml:"title"`
	Posts  int                `yaml:"posts,omitempty"`
	Open   bool               `yaml:"open,omitempty"`
	Share  *float64           `yaml:"share,omitempty"`
	Gates  map[string]float64 `yaml:"gates,omitempty"`
	Panel  []member           `yaml:"panel,omitempty"`
	Window window             `yaml:"window,omitempty"`
}

type member struct {
	Rater string `yaml:"rater"`
	Role  string `yaml:"role,omitempty"`
}

// window looks after itself: "9 to 17" or {from: 9, to: 17}.
type window struct{ From, To float64 }

func (w *window) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.MappingNode {
		var ends struct {
			From float64 `yaml:"from"`
			To   float64 `yaml:"to"`
		}
		err := DecodeNode(node, &ends)
		*w = window{ends.From, ends.To}
		return err
	}
	if _, err := fmt.Sscanf(node.Value, "%g to %g", &w.From, &w.To); err != nil {
		return errors.New("write it as “9 to 17”")
	}
	return nil
}

func TestDecodeReadsEveryKindOfValue(t *testing.T) {
	text := "\xEF\xBB\xBF" + `# a comment
title: 007
posts: 2
open: true
share: 1e-1
gates: {safety: 3.5, safety.speaks-up: -0}
panel:
  - {rater: R1, role: "null"}
  - rater: yes
window: 9 to 17
`
	var got plan
	if _, err := Decode([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	share := 0.1
	want := plan{
		Title: "007", Posts: 2, Open: true, Share: &share,
		Gates:  map[string]float64{"safety": 3.5, "safety.speaks-up": 0},
		Panel:  []member{{"R1", "null"}, {Rater: "yes"}},
		Window: window{9, 17},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDecodeRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want []string
	}{
		"nothing":            {"", []string{"1:1: the file is empty"}},
		"blanks":             {" \n\t\n", []string{"1:1: the file is empty"}},
		"comments only":      {"# nothing\n", []string{"1:1: the file holds nothing but comments"}},
		"empty document":     {"---\n", []string{"2:1: nothing stands here; write a value, or leave the key out (the word null needs quotes)"}},
		"second document":    {"title: a\n---\ntitle: b\n", []string{"2:1: a second document begins here; a file holds one"}},
		"a list":             {"- title\n", []string{"1:1: expected a mapping (key: value), found a list"}},
		"Windows-1252":       {"title: a\nposts: 1 # don\x92t\n", []string{"2:15: byte 23 (0x92) is not UTF-8; save the file as UTF-8"}},
		"UTF-16":             {utf16LE("title: a\n"), []string{"1:1: the file is UTF-16; save the file as UTF-8"}},
		"NUL":                {"title: a\x00b\n", []string{`1:9: the invisible character U+0000 cannot stand here; delete it, or write it as \x00 inside double quotes`}},
		"line separator":     {"title: a\u2028b\n", []string{`1:9: the invisible character U+2028 cannot stand here; delete it, or write it as \u2028 inside double quotes`}},
		"too large":          {"title: a\n" + strings.Repeat("#\n", maxBytes/2), []string{"1:1: the file is 4194313 bytes long; at most 4194304 (4 MiB) are read"}},
		"long line":          {"\ntitle: " + strings.Repeat("a", maxLine), []string{"2:1: the line is longer than 1048576 bytes (1 MiB); is this the right file?"}},
		"unknown key":        {"title: a\ncolour: red\n", []string{"2:1: colour: unknown key `colour`; known here: title, posts, open, share, gates, panel, window"}},
		"misspelt key":       {"titel: [a]\n", []string{"1:1: titel: unknown key `titel`; did you mean `title`?", "1:8: titel: expected a text, found a list"}},
		"misspelt beside":    {"title: a\ntitel: b\n", []string{"2:1: titel: unknown key `titel`; known here: title, posts, open, share, gates, panel, window"}},
		"missing keys":       {"panel:\n  - role: x\n", []string{"1:1: title: the key `title` is missing", "2:5: panel[0].rater: the key `rater` is missing"}},
		"key twice":          {"title: a\nposts: 1\ntitle: b\n", []string{"3:1: title: the key `title` stands twice; it is on line 1 already"}},
		"key twice below":    {"title: a\ngates: {x: 1, x: 2}\n", []string{"2:15: gates.x: the key `x` stands twice; it is on line 2 already"}},
		"nothing after":      {"title:\n", []string{"1:7: title: nothing stands here; write a value, or leave the key out (the word null needs quotes)"}},
		"null":               {"title: ~\n", []string{"1:8: title: nothing stands here; write a value, or leave the key out (the word null needs quotes)"}},
		"text as number":     {"title: a\nshare: lots\n", []string{"2:8: share: expected a number such as 4 or 4.5, found “lots”"}},
		"quoted number":      {"title: a\nshare: '0.1'\n", []string{"2:8: share: expected a number, found “0.1”; take the quotes away"}},
		"NaN":                {"title: a\nshare: .nan\n", []string{"2:8: share: expected a number such as 4 or 4.5, found “.nan”"}},
		"infinity":           {"title: a\nshare: -.inf\n", []string{"2:8: share: expected a number such as 4 or 4.5, found “-.inf”"}},
		"beyond a float":     {"title: a\nshare: 1e999\n", []string{"2:8: share: the number 1e999 is too large"}},
		"quoted whole":       {"title: a\nposts: '2'\n", []string{"2:8: posts: expected a whole number such as 4, found “2”; take the quotes away"}},
		"octal":              {"title: a\nposts: 010\n", []string{"2:8: posts: expected a whole number such as 4, found “010”"}},
		"fraction":           {"title: a\nposts: 1.5\n", []string{"2:8: posts: expected a whole number such as 4, found “1.5”"}},
		"beyond an int":      {"title: a\nposts: 99999999999999999999\n", []string{"2:8: posts: the number 99999999999999999999 is too large"}},
		"yes for true":       {"title: a\nopen: yes\n", []string{"2:7: open: expected true or false, found “yes”"}},
		"list as text":       {"title: [a]\n", []string{"1:8: title: expected a text, found a list"}},
		"mapping as list":    {"title: a\npanel: {rater: R1}\n", []string{"2:8: panel: expected a list, found a mapping (key: value)"}},
		"text as mapping":    {"title: a\npanel: [R1]\n", []string{"2:9: panel[0]: expected a mapping (key: value), found “R1”"}},
		"tag":                {"title: !!binary aGk=\n", []string{"1:8: title: the tag !!binary is not understood; leave it out, or put a text that begins with ! in quotes"}},
		"alias":              {"title: &t a\npanel: [{rater: *t}]\n", []string{"1:8: title: the anchor &t is not understood; leave it out, or put a text that begins with & in quotes", "2:17: panel[0].rater: the alias *t is not followed; write the content out, or put a text that begins with * in quotes"}},
		"unknown alias":      {"posts: 1\ntitle: *kind*\n", []string{"2:13: a text that begins with * or & is read as an alias; put it in quotes"}},
		"structured key":     {"title: a\n? [b]\n: c\n", []string{"2:3: a key must be a plain text or number"}},
		"deep":               {"title: a\nwindow: " + strings.Repeat("[", 40) + strings.Repeat("]", 40), []string{"2:40: window" + strings.Repeat("[0]", 31) + ": the document is nested more than 32 levels deep"}},
		"very deep":          {strings.Repeat("[", 100_000), []string{"1:10001: the lists and mappings are nested too deeply"}},
		"custom type":        {"title: a\nwindow: whenever\n", []string{"2:9: window: write it as “9 to 17”"}},
		"in a custom type":   {"title: a\nwindow:\n  from: 9\n  till: 17\n", []string{"3:3: window.to: the key `to` is missing", "4:9: window.till: unknown key `till`; known here: from, to"}},
		"colon in a text":    {"title: a\nwindow: from: 9 to: 17\n", []string{"2:13: a second “key: value” begins inside a value; put a text with “: ” in it in quotes, close an open quote above, or correct the indentation"}},
		"open quote":         {"posts: 1\ntitle: \"abc\nopen: true\n", []string{"2:8: the quote that opens here is never closed"}},
		"open quote, line 1": {"title: \"abc\n" + strings.Repeat("x\n", 50), []string{"1:8: the quote that opens here is never closed"}},
		"open bracket":       {"title: a\ngates: {safety: 3\nposts: 1\n", []string{"2:9: a list or mapping in brackets is not closed, or lacks a comma; put a text with commas or brackets in it in quotes"}},
		"tab":                {"title: a\npanel:\n\t- rater: R1\n", []string{"3:1: this character cannot begin a text; put the text in quotes, and indent with spaces, not tabs"}},
		"bad indentation":    {"title: a\n  posts: 1\n", []string{"2:8: a second “key: value” begins inside a value; put a text with “: ” in it in quotes, close an open quote above, or correct the indentation"}},
		"dedent":             {"title: a\npanel:\n    - rater: R1\n      role: x\n   oops: 1\nposts: 1\n", []string{"5:4: a new “key: value” was expected here; correct the indentation, or the quotes around the text before it"}},
		"no colon":           {"posts: 1\ntitle\nopen: true\n", []string{"2:1: a key without a colon; write “key: value”, or put a text of several lines in quotes"}},
		"bad escape":         {"posts: 1\ntitle: \"C:\\Users\"\n", []string{`2:12: \x, \u and \U are followed by 2, 4 and 8 hexadecimal digits`}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Decode([]byte(test.text), new(plan))
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("error %v is not Invalid", err)
			}
			var got []string
			for _, f := range fault.FieldsOf(err) {
				got = append(got, f.String())
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func utf16LE(text string) string {
	out := []byte{0xFF, 0xFE}
	for _, unit := range utf16.Encode([]rune(text)) {
		out = append(out, byte(unit), byte(unit>>8))
	}
	return string(out)
}

// bomb is the "billion laughs" document.
func bomb() string {
	text := "a: &a [x, x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c <= 'k'; c++ {
		text += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*%c, ", c-1), 9), ", "))
	}
	return text
}

func TestDecodeDoesNotFollowAliases(t *testing.T) {
	_, err := Decode([]byte(bomb()), new(plan))
	if !strings.Contains(err.Error(), "3:8: c[0]: the alias *b is not followed") {
		t.Error(err)
	}
}

func TestDecodeKeepsAWhollyWrongFileShort(t *testing.T) {
	text := "title: a\npanel: [" + strings.Repeat("{}, ", 5000) + "]\n"
	_, err := Decode([]byte(text), new(plan))
	fields := fault.FieldsOf(err)
	if len(fields) != maxShown+1 || !strings.HasSuffix(fields[maxShown].Message, "and 4900 more complaints") {
		t.Errorf("%d fields, the last %q", len(fields), fields[len(fields)-1])
	}
}

func TestPosition(t *testing.T) {
	var p plan
	document, err := Decode([]byte(`title: a
gates:
  safety: 3
  safety.speaks-up.early: 2
  safety.speaks-up: 4
panel:
  - rater: R1
    role: lay-chair
  - {rater: R2}
`), &p)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string][2]int{
		"":                             {1, 1},
		"title":                        {1, 8},
		"gates":                        {2, 1}, // the key: the value begins on the next line
		"gates.safety":                 {3, 11},
		"gates.safety.speaks-up":       {5, 21},
		"gates.safety.speaks-up.early": {4, 27}, // a key of its own
		"gates.safety.listens":         {3, 11}, // as far as the path exists
		"panel[0]":                     {7, 5},
		"panel[0].role":                {8, 11},
		"panel[1].rater":               {9, 13},
		"panel[1].role":                {9, 5},
		"panel[7].role":                {6, 1},
		"panel[-1]":                    {6, 1},
		"nowhere.to[be].found":         {1, 1},
		"panel[0].role.deeper.yet":     {8, 11},
	} {
		line, column := document.Position(path)
		if got := [2]int{line, column}; got != want {
			t.Errorf("Position(%q) = %v, want %v", path, got, want)
		}
	}
}

func TestPlaceAndJoin(t *testing.T) {
	var p plan
	document, decoding := Decode([]byte("title: a\nshare: x\nposts: 9\n"), &p)
	var rules fault.List
	rules.Add("share", "a share is at least 0")
	rules.Add("posts", "at most 5 posts")
	rules.Add("title", "too short")
	check := rules.Err("the plan breaks rules")

	placed := document.Place(check)
	if want := "the plan breaks rules\n2:8: share: a share is at least 0\n3:8: posts: at most 5 posts\n1:8: title: too short"; placed.Error() != want || !fault.Is(placed, fault.Invalid) {
		t.Errorf("placed: %v", placed)
	}
	if err := document.Place(nil); err != nil {
		t.Errorf("Place(nil) = %v", err)
	}
	if plain := errors.New("plain"); !errors.Is(document.Place(plain), plain) {
		t.Error("an error without fields has changed")
	}

	joined := document.Join(decoding, check)
	if want := decoding.Error() + "\n3:8: posts: at most 5 posts"; strings.Replace(joined.Error(), "\n1:8: title: too short", "", 1) != want {
		t.Errorf("joined: %v", joined)
	}
	if first := fault.FieldsOf(joined)[0].Where; first != "1:8: title" {
		t.Errorf("joined begins with %s", first)
	}
	if err := document.Join(nil, nil); err != nil {
		t.Errorf("Join(nil, nil) = %v", err)
	}
}

// FuzzDecode: no input makes it panic, and every complaint has a place inside
// the text.
func FuzzDecode(f *testing.F) {
	f.Add([]byte("title: a\npanel: [{rater: R1}]\nwindow: {from: 1, to: 2}\n"))
	f.Add([]byte("title: \"\\x00\"\n? [a]\n: *b\n--- !!x\n"))
	f.Add([]byte(bomb()))
	f.Fuzz(func(t *testing.T, data []byte) {
		document, err := Decode(data, new(plan))
		if (document == nil) && err == nil {
			t.Fatal("neither a document nor an error")
		}
		for _, field := range fault.FieldsOf(err) {
			line, column := placeOf(field.Where)
			if line < 1 || column < 1 || line > 2+bytes.Count(data, []byte("\n"))+bytes.Count(data, []byte("\r")) {
				t.Errorf("%s is outside the text", field)
			}
		}
	})
}
