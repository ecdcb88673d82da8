package handlers

import (
	"encoding/json"
	"testing"
)

func TestDescription(t *testing.T) {
	w := newWorld(t)
	var doc struct {
		OpenAPI string                                `json:"openapi"`
		Paths   map[string]map[string]json.RawMessage `json:"paths"`
	}
	w.nobody().raw(get, "/api/v1/openapi.json", nil).want(200).into(&doc)
	equal(t, doc.OpenAPI, "3.1.0")
	described := 0
	for _, methods := range doc.Paths {
		described += len(methods)
	}
	equal(t, described, len(w.server.routes()))
	submit := string(doc.Paths[sheetPath+"/submit"]["post"])
	for _, part := range []string{`"If-Match"`, `"Idempotency-Key"`, `"ETag"`, "MarksRequest", "ReceiptView", "application/problem+json", `"session"`} {
		contains(t, submit, part)
	}
	if doc.Paths["/api/v1/t/{trust}/people/{username}/password"]["put"] == nil {
		t.Error("passwords are not described")
	}
}
