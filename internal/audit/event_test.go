package audit_test

import (
	"encoding/hex"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"appointable/internal/audit"
)

func TestCommit(t *testing.T) {
	// By `(head -c 32 /dev/zero; printf '{}') | sha256sum`: whoever checks a
	// record has no program of ours.
	const want = "fb1634c4e6cd4b1f1afe3ce2d6ef080f7ac5d1f357d723ad4dfca782733b62db"
	sum := audit.Commit([32]byte{}, []byte("{}"))
	if got := hex.EncodeToString(sum[:]); got != want {
		t.Errorf("commitment %s, want %s", got, want)
	}
	if other := audit.Commit([32]byte{1}, []byte("{}")); other == sum {
		t.Error("the nonce does not count")
	}
}

func TestNew(t *testing.T) {
	object := audit.Object{Kind: "campaign", ID: uuid.Must(uuid.NewV7()), Version: 3}
	actor := uuid.NullUUID{UUID: uuid.Must(uuid.NewV7()), Valid: true}
	at := time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC)
	detail := audit.MarksRevealed{Missing: 2, Reason: "fire alarm"}
	a, err := audit.New(object, actor, at, detail)
	if err != nil {
		t.Fatal(err)
	}
	if a.Object != object || a.Actor != actor || !a.At.Equal(at) || a.Kind != "campaign.marks-revealed" {
		t.Errorf("event %+v", a)
	}
	if string(a.Payload) != `{"missing":2,"reason":"fire alarm"}` {
		t.Errorf("payload %s", a.Payload)
	}
	if a.Commitment != audit.Commit(a.Nonce, a.Payload) {
		t.Error("the commitment does not open")
	}
	if a.ID.Version() != 7 {
		t.Errorf("id of version %d", a.ID.Version())
	}
	b, err := audit.New(object, actor, at, detail)
	if err != nil {
		t.Fatal(err)
	}
	if a.Nonce == b.Nonce || a.Commitment == b.Commitment || a.ID == b.ID {
		t.Error("two events of the same content can be told to be so")
	}
}

func TestWhatDoesNotEncodeIsNoEvent(t *testing.T) {
	_, err := audit.New(audit.Object{}, uuid.NullUUID{}, time.Time{}, audit.SheetSaved{Sheet: func() {}})
	if err == nil {
		t.Error("a payload that cannot be kept makes an event")
	}
}

// The events of a log are read for years: every detail has a name of its own,
// of the form noun.what-happened, and encodes with the names of its tags.
func TestEveryDetailHasItsKind(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "details.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	kinds, details := map[string]string{}, map[string]bool{}
	form := regexp.MustCompile(`^(trust|person|framework|campaign|candidate|sheet|prior|monitoring|reading|fairness)\.[a-z]+(-[a-z]+)*$`)
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if s, ok := spec.(*ast.TypeSpec); ok {
					details[s.Name.Name] = true
					checkTags(t, s)
				}
			}
		case *ast.FuncDecl:
			name := d.Recv.List[0].Type.(*ast.Ident).Name
			kind, err := strconv.Unquote(d.Body.List[0].(*ast.ReturnStmt).Results[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			if other, taken := kinds[kind]; taken {
				t.Errorf("%s and %s are both %s", name, other, kind)
			}
			if !form.MatchString(kind) {
				t.Errorf("%s: the kind %q", name, kind)
			}
			kinds[kind] = name
			delete(details, name)
		}
	}
	delete(details, "ResultEntered") // a part of ResultsEntered
	if len(details) > 0 || len(kinds) < 28 {
		t.Errorf("%d kinds; without one: %v", len(kinds), details)
	}
}

func checkTags(t *testing.T, s *ast.TypeSpec) {
	t.Helper()
	for _, f := range s.Type.(*ast.StructType).Fields.List {
		tag, err := strconv.Unquote(f.Tag.Value)
		if err != nil {
			t.Fatal(err)
		}
		if name := reflect.StructTag(tag).Get("json"); name == "" || strings.ToLower(name) != name {
			t.Errorf("%s.%s: json:%q", s.Name.Name, f.Names[0].Name, name)
		}
	}
}
