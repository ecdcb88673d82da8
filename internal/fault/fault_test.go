package fault_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"appointable/internal/fault"
)

func invalid(fields ...fault.Field) error {
	return &fault.Error{Kind: fault.Invalid, Message: "the form has mistakes", Fields: fields}
}

func TestKindOf(t *testing.T) {
	stale := fault.New(fault.Stale, "changed since")
	for _, c := range []struct {
		name string
		err  error
		want fault.Kind
	}{
		{"a fault", stale, fault.Stale},
		{"wrapped", fmt.Errorf("saving: %w", stale), fault.Stale},
		{"wrapped twice", fmt.Errorf("put: %w", fmt.Errorf("saving: %w", stale)), fault.Stale},
		{"joined with another error", errors.Join(errors.New("closing"), stale), fault.Stale},
		{"the first of two", errors.Join(fault.New(fault.NotFound, "gone"), stale), fault.NotFound},
		{"a fault about a fault", fmt.Errorf("%w: %w", fault.New(fault.Conflict, "no"), stale), fault.Conflict},
		{"a plain error", errors.New("disk full"), fault.Internal},
		{"a cancelled request", context.Canceled, fault.Internal},
		{"its text only", errors.New(stale.Error()), fault.Internal},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := fault.KindOf(c.err); got != c.want {
				t.Errorf("the kind is %s, want %s", got, c.want)
			}
			for _, kind := range []fault.Kind{
				fault.Internal, fault.Invalid, fault.Unauthenticated, fault.Forbidden, fault.NotFound, fault.Conflict, fault.Stale, fault.Unavailable,
			} {
				if fault.Is(c.err, kind) != (kind == c.want) {
					t.Errorf("is %s: %v", kind, fault.Is(c.err, kind))
				}
			}
		})
	}
}

func TestNoErrorIsNoFault(t *testing.T) {
	if fault.Is(nil, fault.Internal) || fault.FieldsOf(nil) != nil {
		t.Error("nil is a fault")
	}
}

func TestNewFormats(t *testing.T) {
	err := fault.New(fault.NotFound, "there is no campaign %q", "X")
	if err.Error() != `there is no campaign "X"` || fault.FieldsOf(err) != nil {
		t.Errorf("%v, %v", err, fault.FieldsOf(err))
	}
}

func TestErrorTellsEveryField(t *testing.T) {
	fields := []fault.Field{{Where: "title", Message: "is empty"}, {Message: "no panel"}}
	for _, c := range []struct {
		err  error
		want string
	}{
		{invalid(fields...), "the form has mistakes\ntitle: is empty\nno panel"},
		{&fault.Error{Kind: fault.Invalid, Fields: fields}, "title: is empty\nno panel"},
		{invalid(), "the form has mistakes"},
	} {
		if got := c.err.Error(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	if diff := cmp.Diff(fields, fault.FieldsOf(fmt.Errorf("saving: %w", invalid(fields...)))); diff != "" {
		t.Error(diff)
	}
	if got := fault.FieldsOf(errors.New("disk full")); got != nil {
		t.Errorf("a plain error has the fields %v", got)
	}
}

func TestList(t *testing.T) {
	var l fault.List
	if err := l.Err("nothing is wrong"); err != nil {
		t.Fatalf("an empty list: %v", err)
	}
	l.Add("b", "%d is too many", 3)
	l.Add("a", "100%% wrong")
	l.Add("b", "again")
	err := l.Err("%s was refused", "it")
	if !fault.Is(err, fault.Invalid) || err.Error() != "it was refused\nb: 3 is too many\na: 100% wrong\nb: again" {
		t.Errorf("%s: %v", fault.KindOf(err), err)
	}
	l.SortStable()
	if diff := cmp.Diff([]fault.Field{{Where: "a", Message: "100% wrong"}, {Where: "b", Message: "3 is too many"}, {Where: "b", Message: "again"}}, l.Fields); diff != "" {
		t.Error(diff)
	}
}

func TestAddAllJoinsPaths(t *testing.T) {
	for _, c := range []struct {
		name, prefix string
		err          error
		want         []fault.Field
	}{
		{"nothing", "plan", nil, nil},
		{"a path", "plan", invalid(fault.Field{Where: "title", Message: "is empty"}), []fault.Field{{Where: "plan.title", Message: "is empty"}}},
		{"an index", "plan", invalid(fault.Field{Where: "[2].code", Message: "is empty"}), []fault.Field{{Where: "plan[2].code", Message: "is empty"}}},
		{"no path", "plan", invalid(fault.Field{Message: "is empty"}), []fault.Field{{Where: "plan", Message: "is empty"}}},
		{"no prefix", "", invalid(fault.Field{Where: "title", Message: "is empty"}), []fault.Field{{Where: "title", Message: "is empty"}}},
		{"neither", "", invalid(fault.Field{Message: "is empty"}), []fault.Field{{Message: "is empty"}}},
		{"every field, wrapped", "a", fmt.Errorf("reading: %w", invalid(fault.Field{Where: "x", Message: "1"}, fault.Field{Where: "y", Message: "2"})),
			[]fault.Field{{Where: "a.x", Message: "1"}, {Where: "a.y", Message: "2"}}},
		{"a fault without fields", "plan", fault.New(fault.Conflict, "too late"), []fault.Field{{Where: "plan", Message: "too late"}}},
		{"a plain error", "plan", errors.New("no such file"), []fault.Field{{Where: "plan", Message: "no such file"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var l fault.List
			l.Add("before", "stays")
			l.AddAll(c.prefix, c.err)
			if diff := cmp.Diff(append([]fault.Field{{Where: "before", Message: "stays"}}, c.want...), l.Fields); diff != "" {
				t.Error(diff)
			}
		})
	}
}
