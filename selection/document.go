package selection

import (
	"bytes"
	"encoding/json"
)

// JSON is the ranking as one document, the same bytes for the same inputs. It
// is indented for a person to read; above traceLimit candidates it has a line
// for each of them instead, which takes a third of the room.
func (r Ranking) JSON() []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if len(r.Candidates) <= traceLimit {
		e.SetIndent("", "  ")
		encode(e, r)
		return b.Bytes()
	}
	places := r.Candidates
	r.Candidates = []Place{}
	encode(e, r)
	head, tail, _ := bytes.Cut(bytes.Clone(b.Bytes()), []byte(`"candidates":[]`)) // in a text its quotes would be escaped
	b.Reset()
	b.Write(head)
	b.WriteString(`"candidates":[`)
	for i := range places {
		if i > 0 {
			b.Truncate(b.Len() - 1) // the encoder ends a value with a new line
			b.WriteString(",\n")
		}
		if i == traceLimit { // by now it is known about how long the whole will be
			b.Grow(len(places) / traceLimit * b.Len())
		}
		encode(e, &places[i])
	}
	b.WriteByte(']')
	b.Write(tail)
	return b.Bytes()
}

func encode(e *json.Encoder, v any) {
	if err := e.Encode(v); err != nil {
		panic("selection: a ranking does not encode: " + err.Error()) // no NaN gets here: see number
	}
}
