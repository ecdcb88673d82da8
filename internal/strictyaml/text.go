package strictyaml

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"appointable/internal/fault"
)

// A framework or campaign written by people is far below these bounds; they
// keep a hostile or mistaken upload from costing memory.
const (
	maxBytes = 4 << 20
	maxLine  = 1 << 20
)

// checkText refuses bytes that cannot be a YAML text, before any parsing.
func checkText(data []byte) error {
	switch {
	case len(data) > maxBytes:
		return refuse(1, 1, "the file is %d bytes long; at most %d (4 MiB) are read", len(data), maxBytes)
	case bytes.HasPrefix(data, []byte{0xFE, 0xFF}), bytes.HasPrefix(data, []byte{0xFF, 0xFE}):
		return refuse(1, 1, "the file is UTF-16; save the file as UTF-8")
	case len(bytes.TrimSpace(data)) == 0:
		return refuse(1, 1, "the file is empty")
	}
	line, column, lineStart := 1, 1, 0
	for offset := 0; offset < len(data); {
		r, size := utf8.DecodeRune(data[offset:])
		switch {
		case r == utf8.RuneError && size == 1:
			return refuse(line, column, "byte %d (0x%02X) is not UTF-8; save the file as UTF-8", offset, data[offset])
		case !readable(r):
			return refuse(line, column, "the invisible character U+%04X cannot stand here; delete it, or write it as %s inside double quotes", r, escape(r))
		case offset-lineStart >= maxLine && r != '\n' && r != '\r':
			return refuse(line, 1, "the line is longer than %d bytes (1 MiB); is this the right file?", maxLine)
		}
		offset += size
		column++
		if r == '\n' || r == '\r' && !bytes.HasPrefix(data[offset:], []byte("\n")) {
			line, column, lineStart = line+1, 1, offset
		}
	}
	return nil
}

// readable reports whether a character may stand in the text as itself. YAML
// takes U+0085, U+2028 and U+2029 for line ends, editors do not, so they would
// both shift the line numbers and break texts pasted from a word processor.
func readable(r rune) bool {
	switch {
	case r == '\t', r == '\n', r == '\r':
		return true
	case r < 0x20, 0x7F <= r && r < 0xA0:
		return false
	}
	return r != 0x2028 && r != 0x2029 && r != 0xFEFF && r != 0xFFFE && r != 0xFFFF
}

func escape(r rune) string {
	if r < 0x100 {
		return fmt.Sprintf(`\x%02X`, r)
	}
	return fmt.Sprintf(`\u%04X`, r)
}

// refuse is the one complaint about a document that could not be parsed at all.
func refuse(line, column int, format string, args ...any) error {
	var complaints fault.List
	complaints.Add(where(&yaml.Node{Line: line, Column: column}, ""), format, args...)
	return complaints.Err("this is not a YAML document that can be read")
}

// position turns an offset into line and column.
func position(data []byte, offset int) (line, column int) {
	before := strings.ReplaceAll(string(data[:offset]), "\r\n", "\n")
	before = strings.ReplaceAll(before, "\r", "\n")
	return 1 + strings.Count(before, "\n"), 1 + utf8.RuneCountInString(before[strings.LastIndex(before, "\n")+1:])
}

// shown makes a piece of the input fit for a message and for a path: short and
// printable.
func shown(text string) string {
	const most = 60
	ellipsis := ""
	if runes := []rune(text[:min(len(text), (most+1)*utf8.UTFMax)]); len(runes) > most {
		text, ellipsis = string(runes[:most]), "…"
	}
	quoted := strconv.QuoteToGraphic(text)
	return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(quoted[1:len(quoted)-1]) + ellipsis
}
