package strictyaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// parse returns the content of the one document in data.
func parse(data []byte) (*yaml.Node, error) {
	documents, problem := parseAll(data)
	switch {
	case problem != nil:
		line, column := problem.place(data)
		return nil, refuse(line, column, "%s", problem.advice())
	case len(documents) == 0:
		return nil, refuse(1, 1, "the file holds nothing but comments")
	case len(documents) > 1:
		return nil, refuse(documents[1].Line, documents[1].Column, "a second document begins here; a file holds one")
	}
	return documents[0].Content[0], nil
}

// parseAll reads up to two documents: the second is only needed to refuse it.
func parseAll(data []byte) (documents []*yaml.Node, problem *syntaxProblem) {
	// yaml.v3 panics on some damaged inputs; to a user that is a syntax error.
	defer func() {
		if recover() != nil {
			documents, problem = nil, &syntaxProblem{message: "unknown problem parsing YAML content"}
		}
	}()
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	for len(documents) < 2 {
		var document yaml.Node
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, newSyntaxProblem(err)
		}
		documents = append(documents, &document)
	}
	return documents, nil
}

// syntaxProblem is what yaml.v3 said: its words, and the line it named, which
// is often where the surrounding block began (0: none named).
type syntaxProblem struct {
	message string
	line    int
}

var parserMessage = regexp.MustCompile(`(?s)^yaml: (?:line (\d+): )?(.*)$`)

func newSyntaxProblem(err error) *syntaxProblem {
	match := parserMessage.FindStringSubmatch(err.Error())
	if match == nil {
		return &syntaxProblem{message: err.Error()}
	}
	line, _ := strconv.Atoi(match[1])
	return &syntaxProblem{message: match[2], line: line}
}

// searchable bounds the size of a document in which place parses again and
// again; above it the parser's own line has to do.
const searchable = 256 << 10

// place finds where the parser gave up, which it does not say itself: the end
// of the shortest beginning of the text that fails in the same way. It looks
// from the line that the parser named, first for the line, then inside it.
func (p *syntaxProblem) place(data []byte) (line, column int) {
	starts := lineStarts(data)
	from := min(max(p.line-2, 0), len(starts)-1)
	if len(data) > searchable {
		return from + 1, 1
	}
	failsBy := func(end int) bool {
		_, problem := parseAll(data[:end])
		return problem != nil && problem.message == p.message
	}
	if failsBy(starts[from]) {
		from = 0 // the line it named is where it noticed, not where it began
	}
	ends := slices.Concat(starts[1:], []int{len(data)})
	bad := from + sort.Search(len(ends)-1-from, func(i int) bool { return failsBy(ends[from+i]) })
	start := starts[bad]
	width := sort.Search(ends[bad]-start, func(n int) bool { return failsBy(start + n) })
	return position(data, start+max(width-1, 0))
}

// lineStarts gives the offset of each line's first byte.
func lineStarts(data []byte) []int {
	starts := []int{0}
	for i, b := range data {
		if b == '\n' || b == '\r' && (i+1 == len(data) || data[i+1] != '\n') {
			starts = append(starts, i+1)
		}
	}
	return starts
}

// advice says the parser's complaint in words that help somebody who has never
// read YAML's grammar; unknown complaints are passed on.
func (p *syntaxProblem) advice() string {
	for _, known := range advices() {
		if strings.Contains(p.message, known.problem) {
			return known.advice
		}
	}
	return fmt.Sprintf("this is not YAML: %s", p.message)
}

// advices are by what yaml.v3 says.
func advices() []struct{ problem, advice string } {
	return []struct{ problem, advice string }{
		{"mapping values are not allowed", "a second “key: value” begins inside a value; put a text with “: ” in it in quotes, close an open quote above, or correct the indentation"},
		{"could not find expected ':'", "a key without a colon; write “key: value”, or put a text of several lines in quotes"},
		{"did not find expected key", "a new “key: value” was expected here; correct the indentation, or the quotes around the text before it"},
		{"did not find expected '-' indicator", "a list item “- …” was expected here; correct the indentation"},
		{"did not find expected ',' or", "a list or mapping in brackets is not closed, or lacks a comma; put a text with commas or brackets in it in quotes"},
		{"did not find expected node content", "a value was expected here; put a text that begins with a special character in quotes"},
		{"block sequence entries are not allowed", "a list item “- …” cannot begin here; start the list on a line of its own"},
		{"mapping keys are not allowed", "a “? ” cannot begin a text here; put the text in quotes"},
		{"cannot start any token", "this character cannot begin a text; put the text in quotes, and indent with spaces, not tabs"},
		{"found a tab character", "a tab is used for indentation; use spaces"},
		{"found unexpected end of stream", "the quote that opens here is never closed"},
		{"found unexpected document indicator", "the quote that opens before this line is not closed"},
		{"found unknown escape character", `a backslash in double quotes begins an escape such as \n; double the backslash or use single quotes`},
		{"found invalid Unicode character", "this escape stands for no character"},
		{"expected hexdecimal number", `\x, \u and \U are followed by 2, 4 and 8 hexadecimal digits`},
		{"exceeded max depth", "the lists and mappings are nested too deeply"},
		{"unknown anchor", "a text that begins with * is read as an alias; put it in quotes"},
		{"did not find expected alphabetic or numeric character", "a text that begins with * or & is read as an alias; put it in quotes"},
	}
}
