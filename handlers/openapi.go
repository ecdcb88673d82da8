package handlers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/swaggest/jsonschema-go"
	"github.com/swaggest/openapi-go"
	"github.com/swaggest/openapi-go/openapi31"

	"appointable/frameworks"
)

// describe makes the API's description, OpenAPI 3.1, from the route table: it
// says what the table says and cannot say anything else.
func describe(routes []route, version string) ([]byte, error) {
	r := openapi31.NewReflector()
	r.Spec.Info.WithTitle("Appointable").WithVersion(version).
		WithDescription("How an NHS trust selects consultants by its values. Errors are problem details (RFC 9457). Lists are read in parts: send “next” back as ?after=.")
	r.Spec.SetAPIKeySecurity("session", "appointable", openapi.InCookie, "The cookie of POST …/session; under https its name is __Host-appointable.")
	reflectOurTypes(r.JSONSchemaReflector())
	for _, route := range routes {
		if err := route.describe(r); err != nil {
			return nil, fmt.Errorf("describe %s %s: %w", route.method, route.path, err)
		}
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(r.Spec); err != nil {
		return nil, fmt.Errorf("describe: %w", err)
	}
	return out.Bytes(), nil
}

// reflectOurTypes tells what reflection cannot see.
func reflectOurTypes(r *jsonschema.Reflector) {
	type weightRange struct {
		Low  float64 `json:"low"`
		High float64 `json:"high"`
	}
	r.AddTypeMapping(frameworks.Weight{}, jsonschema.OneOf(float64(0), weightRange{}))
	r.AddTypeMapping(frameworks.Anchors{}, map[string]string{}) // from score to text
	r.AddTypeMapping(uuid.NullUUID{}, new(string))
	r.DefaultOptions = append(r.DefaultOptions,
		func(rc *jsonschema.ReflectContext) { rc.EnvelopNullability = true }, // a view that may be null in one place is none in another
		jsonschema.InterceptDefName(definitionName),
		jsonschema.InterceptProp(tellField),
		jsonschema.InterceptSchema(refuseUnknown))
}

// definitionName writes ListOfStorePerson for list[appointable/internal/store.Person],
// and leaves the name of this package out.
func definitionName(t reflect.Type, name string) string {
	of, generic := strings.CutPrefix(t.Name(), "list[")
	if !generic {
		return strings.TrimPrefix(name, "Handlers")
	}
	of = strings.TrimSuffix(of[strings.LastIndex(of, "/")+1:], "]")
	pkg, name, _ := strings.Cut(of, ".")
	return "ListOf" + strings.ToUpper(pkg[:1]) + pkg[1:] + name
}

// tellField says of a field what is known of it beyond its type: of a request's,
// what its validator tag asks for; of an answer's, that it is always there
// unless its JSON tag says otherwise. Documents are both, and their own
// Validate says what they need.
func tellField(p jsonschema.InterceptPropParams) error {
	if !p.Processed {
		return nil
	}
	if p.Field.Type == reflect.TypeFor[uuid.NullUUID]() {
		p.PropertySchema.AddType(jsonschema.Null)
	}
	required := isAnswer(p.ParentSchema.ReflectType) && !strings.Contains(p.Field.Tag.Get("json"), ",omit")
	for _, tag := range strings.Split(p.Field.Tag.Get("validate"), ",") {
		if tag == "dive" {
			break
		}
		if tag == "required" {
			required = true
			p.PropertySchema.RemoveType(jsonschema.Null)
		}
		if name, text, ok := strings.Cut(tag, "="); ok {
			bound, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				return fmt.Errorf("%s: %w", p.Name, err)
			}
			tellBound(p.PropertySchema, p.Field.Type.Kind(), name, bound)
		}
	}
	if required {
		p.ParentSchema.Required = append(p.ParentSchema.Required, p.Name)
	}
	return nil
}

func isAnswer(t reflect.Type) bool {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil {
		return false
	}
	ours := slices.ContainsFunc([]string{"/handlers", "/store", "/audit"}, func(room string) bool { return strings.HasSuffix(t.PkgPath(), room) })
	return ours && !isRequest(t)
}

func isRequest(t reflect.Type) bool { return strings.HasSuffix(t.Name(), "Request") }

func tellBound(s *jsonschema.Schema, kind reflect.Kind, name string, bound int64) {
	switch {
	case kind == reflect.String && name == "max":
		s.WithMaxLength(bound)
	case kind == reflect.Slice && name == "max":
		s.WithMaxItems(bound)
	case kind == reflect.Slice && name == "min":
		s.WithMinItems(bound)
	case name == "max":
		s.WithMaximum(float64(bound))
	case name == "min":
		s.WithMinimum(float64(bound))
	}
}

// refuseUnknown says that requests are decoded strictly.
func refuseUnknown(p jsonschema.InterceptSchemaParams) (stop bool, err error) {
	t := p.Value.Type()
	if p.Processed && t.Kind() == reflect.Struct && isRequest(t) {
		no := false
		p.Schema.AdditionalProperties = &jsonschema.SchemaOrBool{TypeBoolean: &no}
	}
	return false, nil
}

// describe adds the route to the description.
func (r route) describe(to *openapi31.Reflector) error {
	oc, err := to.NewOperationContext(r.method, r.path)
	if err != nil {
		return err
	}
	oc.SetSummary(r.summary)
	oc.SetID(r.id())
	if !r.public {
		oc.AddSecurity("session")
	}
	operation := oc.(openapi31.OperationExposer).Operation()
	operation.Parameters = r.describeParameters()
	r.describeBody(oc)
	r.describeAnswers(oc)
	return to.AddOperation(oc)
}

// id is "get-campaigns-campaign" for GET …/campaigns/{campaign}.
func (r route) id() string {
	steps := strings.FieldsFunc(strings.TrimPrefix(r.path, trustPath), func(c rune) bool { return strings.ContainsRune("/{}", c) })
	return strings.ToLower(r.method) + "-" + strings.Join(steps, "-")
}

func (r route) describeParameters() []openapi31.ParameterOrReference {
	var list []openapi31.ParameterOrReference
	add := func(in openapi31.ParameterIn, required bool, name, description string) {
		p := &openapi31.Parameter{Name: name, In: in, Schema: map[string]any{"type": "string"}}
		p.WithRequired(required)
		if description != "" {
			p.WithDescription(description)
		}
		list = append(list, openapi31.ParameterOrReference{Parameter: p})
	}
	for _, name := range r.parameters() {
		add(openapi31.ParameterInPath, true, name, "")
	}
	for _, p := range r.query {
		add(openapi31.ParameterInQuery, p.required, p.name, p.description)
	}
	if r.match {
		add(openapi31.ParameterInHeader, true, "If-Match", "The ETag of what is changed, or *.")
	}
	if r.once {
		add(openapi31.ParameterInHeader, true, "Idempotency-Key", "Chosen by the sender, and the same when the request is repeated.")
	}
	return list
}

func (r route) describeBody(oc openapi.OperationContext) {
	if r.in != nil {
		oc.AddReqStructure(r.in, openapi.WithContentType("application/json"))
	}
	for _, mediaType := range r.accepts {
		if mediaType != "application/json" {
			oc.AddReqStructure(nil, openapi.WithContentType(mediaType))
		}
	}
}

func (r route) describeAnswers(oc openapi.OperationContext) {
	success := func(structure any, mediaType string) {
		oc.AddRespStructure(structure, openapi.WithHTTPStatus(r.success()), openapi.WithContentType(mediaType), r.describeETag())
	}
	switch {
	case r.out != nil:
		success(r.out, "application/json")
	case r.produces == nil:
		oc.AddRespStructure(nil, openapi.WithHTTPStatus(r.success()))
	}
	for _, mediaType := range r.produces {
		if mediaType != "application/json" {
			success(nil, mediaType)
		}
	}
	oc.AddRespStructure(problem{}, openapi.WithContentType(problemJSON), func(cu *openapi.ContentUnit) {
		cu.IsDefault, cu.Description = true, "What is wrong, in words."
	})
}

func (r route) describeETag() openapi.ContentOption {
	return openapi.WithCustomize(func(cor openapi.ContentOrReference) {
		if _, ok := r.out.(versioned); !ok {
			return
		}
		cor.(*openapi31.ResponseOrReference).Response.WithHeadersItem("ETag", openapi31.HeaderOrReference{
			Header: (&openapi31.Header{Schema: map[string]any{"type": "string"}}).WithDescription("The version, for If-Match."),
		})
	})
}

func (s *Server) description(c *call) error {
	return c.JSONBlob(http.StatusOK, s.openAPI)
}
