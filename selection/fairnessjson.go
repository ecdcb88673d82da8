package selection

import (
	"bytes"
	"encoding/json"
)

// JSON is the audit as one document, the same bytes for the same inputs.
func (a FairnessAudit) JSON() []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	encode(e, a)
	return b.Bytes()
}
