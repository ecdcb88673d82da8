// Package fault holds the few kinds of error that Appointable distinguishes.
//
// A package says what went wrong by returning one of these kinds, wrapped with
// %w on the way up; the edges (HTTP, the command line) turn the kind into a
// status or an exit code in one place. Everything else is a plain error and is
// shown to nobody: it is logged, and the user reads that something failed here.
package fault

import (
	"errors"
	"fmt"
	"sort"
	"strings"
)

// Kind is what an error means to the person who caused it.
type Kind string

// The kinds. An error without one of them is Internal.
const (
	Internal        Kind = "internal"        // our fault, or the world's: not shown in detail
	Invalid         Kind = "invalid"         // what was sent breaks a rule; Fields says where
	Unauthenticated Kind = "unauthenticated" // nobody is signed in, or the credentials are wrong
	Forbidden       Kind = "forbidden"       // signed in, and not allowed to do this
	NotFound        Kind = "not-found"       // there is no such thing, or the asker may not know of it
	Conflict        Kind = "conflict"        // the thing is in a state that does not allow this, or exists already
	Stale           Kind = "stale"           // somebody else changed it since it was read
	Unavailable     Kind = "unavailable"     // try again later
)

// Field is one complaint about one place. Where is a path into a document
// ("dimensions[2].criteria[0].anchors"), a place in a file
// ("ratings.csv:12:5", line and column counted from 1), or both
// ("framework.yaml:12:5: dimensions[2].weight").
type Field struct {
	Where   string `json:"where"`
	Message string `json:"message"`
}

func (f Field) String() string {
	if f.Where == "" {
		return f.Message
	}
	return f.Where + ": " + f.Message
}

// Error is an error with a kind. Message is one plain sentence for the person
// who caused it and never contains SQL, a stack or a secret.
type Error struct {
	Kind    Kind
	Message string
	Fields  []Field
}

// Error gives the message, then every field on a line of its own.
func (e *Error) Error() string {
	if len(e.Fields) == 0 {
		return e.Message
	}
	lines := make([]string, 0, len(e.Fields)+1)
	if e.Message != "" {
		lines = append(lines, e.Message)
	}
	for _, f := range e.Fields {
		lines = append(lines, f.String())
	}
	return strings.Join(lines, "\n")
}

// New makes an error of a kind. The message is shown to the user.
func New(kind Kind, format string, args ...any) error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// KindOf returns the kind of the first fault in err's chain, or Internal.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// Is reports whether err is a fault of the kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }

// FieldsOf returns the fields of the first fault in err's chain.
func FieldsOf(err error) []Field {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Fields
	}
	return nil
}

// List collects complaints so that all of them are told at once.
// The zero value is ready to use.
type List struct {
	Fields []Field
}

// Add notes one complaint.
func (l *List) Add(where, format string, args ...any) {
	l.Fields = append(l.Fields, Field{Where: where, Message: fmt.Sprintf(format, args...)})
}

// AddAll notes every field of err under a prefix ("framework" + "." + path);
// an error without fields becomes one complaint at the prefix itself.
func (l *List) AddAll(prefix string, err error) {
	if err == nil {
		return
	}
	fields := FieldsOf(err)
	if len(fields) == 0 {
		l.Fields = append(l.Fields, Field{Where: prefix, Message: err.Error()})
		return
	}
	for _, f := range fields {
		l.Fields = append(l.Fields, Field{Where: join(prefix, f.Where), Message: f.Message})
	}
}

func join(prefix, where string) string {
	switch {
	case prefix == "":
		return where
	case where == "":
		return prefix
	case strings.HasPrefix(where, "["):
		return prefix + where
	}
	return prefix + "." + where
}

// Err returns nil when nothing was noted, else an Invalid fault with all of it
// in the order noted.
func (l *List) Err(format string, args ...any) error {
	if len(l.Fields) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Message: fmt.Sprintf(format, args...), Fields: l.Fields}
}

// SortStable orders the fields by place, keeping the order of equals; for
// callers that find complaints through a map.
func (l *List) SortStable() {
	sort.SliceStable(l.Fields, func(i, j int) bool { return l.Fields[i].Where < l.Fields[j].Where })
}
