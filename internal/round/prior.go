package round

import (
	"bytes"
	"encoding/json"
	"errors"
	"unicode/utf8"
)

// readPrior reads prior.json; nil where there is none or it is damaged. What
// stands in it is for the engine that uses it.
func (in *folder) readPrior() json.RawMessage {
	f, data := in.document(priorFile)
	if f == nil {
		return nil
	}
	prior, err := parsePrior(data)
	if err != nil {
		f.complain(err.line, err.column, "%s", err.message)
	}
	return prior
}

// parsePrior returns one JSON object without the blanks between its tokens.
func parsePrior(data []byte) (json.RawMessage, *damage) {
	if bytes.HasPrefix(data, []byte("\xFE\xFF")) || bytes.HasPrefix(data, []byte("\xFF\xFE")) {
		return nil, damaged(1, 1, "the file is UTF-16; save the file as UTF-8")
	}
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	content := bytes.TrimLeft(data, " \t\r\n")
	if len(content) == 0 {
		return nil, damaged(1, 1, "the file is empty; it should hold a JSON object {…}, or be left out")
	}
	if bad := invalidUTF8(data); bad >= 0 {
		return nil, damagedAt(data, bad, "this is not UTF-8; save the file as UTF-8")
	}
	err := json.Unmarshal(data, &json.RawMessage{}) // unlike Compact, it says where
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return nil, damagedAt(data, max(int(syntax.Offset)-1, 0), "this is not JSON: %s", syntax)
	}
	if content[0] != '{' {
		return nil, damagedAt(data, len(data)-len(content), "a JSON object {…} is expected here, with the variance components in it")
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, data); err != nil {
		return nil, damaged(1, 1, "this is not JSON: %s", err)
	}
	return compact.Bytes(), nil
}

func invalidUTF8(data []byte) int {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

func damagedAt(data []byte, offset int, format string, args ...any) *damage {
	before := data[:offset]
	lastLine := before[bytes.LastIndexByte(before, '\n')+1:]
	return damaged(bytes.Count(before, []byte("\n"))+1, utf8.RuneCount(lastLine)+1, format, args...)
}
