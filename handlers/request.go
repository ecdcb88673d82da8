package handlers

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/go-playground/validator/v10"
	"github.com/labstack/echo/v4"

	"appointable/internal/fault"
)

// maxDepth is deeper than any document of ours.
const maxDepth = 32

// decode reads a JSON body into a request struct, strictly, and checks its
// shape. It returns a refusal for what is no JSON of this shape, Invalid with
// every field that breaks a rule of its validator tag.
func (c *call) decode(into any) error {
	// No body at all is an empty object: what is left out may be left out, and
	// the checks say what may not.
	if c.Request().ContentLength == 0 {
		return c.server.check(into)
	}
	if _, err := c.readBody(echo.MIMEApplicationJSON); err != nil {
		return err
	}
	if err := decodeJSON(c.body, into); err != nil {
		return err
	}
	return c.server.check(into)
}

// decodeJSON is stricter than encoding/json, which puts up with unknown and
// repeated keys, with what follows the value and with broken UTF-8.
func decodeJSON(body []byte, into any) error {
	if !utf8.Valid(body) {
		return refuse(http.StatusBadRequest, "the body is not in UTF-8; send it in that encoding")
	}
	if err := inspect(body); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return undecodable(err)
	}
	return nil
}

// inspect walks through a text once before it is decoded.
func inspect(body []byte) error {
	in := inspection{json.NewDecoder(bytes.NewReader(body))}
	in.UseNumber()
	if err := in.value("", 0); err != nil {
		return undecodable(err)
	}
	if _, err := in.Token(); !errors.Is(err, io.EOF) {
		return refuse(http.StatusBadRequest, "something follows the end of the JSON; send one value and nothing else")
	}
	return nil
}

type inspection struct{ *json.Decoder }

func (in inspection) value(path string, depth int) error {
	token, err := in.Token()
	if err != nil {
		return err
	}
	if depth > maxDepth {
		return refuse(http.StatusBadRequest, "the JSON is nested more than %d deep", maxDepth)
	}
	switch token {
	case json.Delim('{'):
		err = in.members(path, depth)
	case json.Delim('['):
		for i := 0; in.More() && err == nil; i++ {
			err = in.value(fmt.Sprintf("%s[%d]", path, i), depth+1)
		}
	default:
		if text, ok := token.(string); ok && strings.IndexByte(text, 0) >= 0 {
			return misshapen(path, "has a NUL character; remove it")
		}
		return nil
	}
	if err == nil {
		_, err = in.Token() // the closing bracket
	}
	return err
}

func (in inspection) members(path string, depth int) error {
	seen := map[string]bool{}
	for in.More() {
		token, err := in.Token()
		if err != nil {
			return err
		}
		key, ok := token.(string)
		if !ok {
			return &json.SyntaxError{}
		}
		at := strings.TrimPrefix(path+"."+key, ".")
		folded := strings.ToLower(key) // encoding/json takes a for A
		if seen[folded] {
			return misshapen(at, "stands here twice; keep one")
		}
		seen[folded] = true
		if err := in.value(at, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func misshapen(where, format string, args ...any) error {
	r := refuse(http.StatusBadRequest, "the body does not have the shape that is expected here")
	r.fields = []fault.Field{{Where: where, Message: fmt.Sprintf(format, args...)}}
	return r
}

// unread says why a body could not be read to its end.
func unread(err error) error {
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return refuse(http.StatusRequestEntityTooLarge, "the body is larger than the %d KiB that this address takes", tooLarge.Limit>>10)
	}
	return fmt.Errorf("%w (%w)", refuse(http.StatusBadRequest, "the body could not be read to its end; send it again"), err)
}

// undecodable puts into plain words what encoding/json complains of.
func undecodable(err error) error {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return misshapen(wrong.Field, "is %s where %s belongs", sent(wrong.Value), expected(wrong.Type))
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return misshapen(strings.Trim(name, `"`), "is not known here; remove it, or correct its name")
	}
	if fault.KindOf(err) != fault.Internal {
		return err
	}
	if r, ok := errors.AsType[*refusal](err); ok {
		return r
	}
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok && syntax.Offset > 0 {
		return refuse(http.StatusBadRequest, "the body is not JSON; it breaks off or goes wrong at byte %d", syntax.Offset)
	}
	return refuse(http.StatusBadRequest, "the body is not JSON, or is not complete")
}

func sent(value string) string {
	switch kind, _, _ := strings.Cut(value, " "); kind {
	case "number":
		return "a number"
	case "string":
		return "a text"
	case "bool":
		return "true or false"
	case "array":
		return "a list"
	case "object":
		return "an object"
	}
	return "something else"
}

func expected(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a text"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int32, reflect.Int64:
		return "a whole number"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Slice, reflect.Array:
		return "a list"
	}
	return "an object"
}

// newValidate makes the checker of request shapes. Fields are named as in JSON.
func newValidate() *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(func(f reflect.StructField) string {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		return name
	})
	return v
}

// check returns Invalid with every field whose validator tag is not met. What
// is no struct has no tags.
func (s *Server) check(request any) error {
	err := s.validate.Struct(request)
	broken, ok := errors.AsType[validator.ValidationErrors](err)
	if !ok {
		return nil
	}
	var l fault.List
	for _, f := range broken {
		_, path, _ := strings.Cut(f.Namespace(), ".")
		l.Add(path, "%s", sentence(f))
	}
	return l.Err("the request has mistakes")
}

// sentence says in plain words what a validator tag asks for.
func sentence(f validator.FieldError) string {
	switch f.Tag() {
	case "required":
		return "is missing"
	case "max":
		switch f.Kind() {
		case reflect.String:
			return "is longer than " + f.Param() + " characters"
		case reflect.Slice:
			return "has more than " + f.Param() + " entries; send the rest in another request"
		}
		return "is above " + f.Param()
	case "min":
		switch f.Kind() {
		case reflect.String:
			return "is shorter than " + f.Param() + " characters"
		case reflect.Slice:
			return "is empty"
		}
		return "is below " + f.Param()
	case "oneof":
		return "is not known; choose one of " + strings.Join(strings.Fields(f.Param()), ", ")
	}
	return "cannot be accepted"
}
