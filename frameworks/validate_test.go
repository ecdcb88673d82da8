package frameworks

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"appointable/internal/fault"
)

func TestValidateAcceptsTheSample(t *testing.T) {
	if err := sample().Publishable(); err != nil {
		t.Error(err)
	}
}

func TestValidate(t *testing.T) {
	long := strings.Repeat("é", 5000)
	for name, test := range map[string]struct {
		damage func(*Framework)
		want   []string
	}{
		"no code":              {func(f *Framework) { f.Code = "" }, []string{"framework: the code is missing; write a short name such as safety or safety.speaks-up"}},
		"code with a space":    {func(f *Framework) { f.Code = "our values" }, []string{"framework: the code “our values” may hold lowercase letters and digits, with single dots or hyphens between them, such as safety.speaks-up"}},
		"code too long":        {func(f *Framework) { f.Code = strings.Repeat("a", 65) }, []string{"framework: the code has 65 characters; at most 64 are allowed"}},
		"version 0":            {func(f *Framework) { f.Version = 0 }, []string{"version: version 0 is below 1; versions count 1, 2, 3"}},
		"no title":             {func(f *Framework) { f.Title = " \n" }, []string{"title: the text is empty; write something here"}},
		"title too long":       {func(f *Framework) { f.Title = long }, []string{"title: the text has 5000 characters; at most 200 are allowed"}},
		"title not UTF-8":      {func(f *Framework) { f.Title = "\xff" }, []string{"title: the text is not UTF-8; type it again"}},
		"title with NUL":       {func(f *Framework) { f.Title = "a\x00" }, []string{"title: the text holds an invisible NUL character, which cannot be stored; type it again"}},
		"description too long": {func(f *Framework) { f.Description = long }, []string{"description: the text has 5000 characters; at most 4000 are allowed"}},
		"source too long":      {func(f *Framework) { f.Source = long }, []string{"source: the text has 5000 characters; at most 1000 are allowed"}},

		"scale infinite":     {func(f *Framework) { f.Scale.Max = math.Inf(1) }, []string{"scale: min, max and step must be numbers between -1000000 and 1000000"}},
		"scale NaN":          {func(f *Framework) { f.Scale.Min = math.NaN() }, []string{"scale: min, max and step must be numbers between -1000000 and 1000000"}},
		"scale of one mark":  {func(f *Framework) { f.Scale.Max = 1 }, []string{"scale: min 1 must be below max 1, by at least 0.001"}},
		"step negative":      {func(f *Framework) { f.Scale.Step = -1 }, []string{"scale.step: step -1 is negative; write the distance between two marks, or 0 to allow any number"}},
		"step tiny":          {func(f *Framework) { f.Scale.Step = 1e-9 }, []string{"scale.step: step 0.000000001 is too small; write at least 0.001, or 0 to allow any number"}},
		"too many marks":     {func(f *Framework) { f.Scale.Step = 0.004 }, []string{"scale.step: step 0.004 makes more than 1001 marks; write a larger step, or 0 to allow any number"}},
		"step does not fit":  {func(f *Framework) { f.Scale = Scale{Min: 1, Max: 7, Step: 4} }, []string{"scale.step: steps of 4 from 1 do not reach 7; choose a step that divides the range"}},
		"label out of scale": {func(f *Framework) { f.Scale.Labels[1].Score = 8 }, []string{"scale.labels: score 8 is outside 1–7"}},
		"label empty":        {func(f *Framework) { f.Scale.Labels[1].Text = "" }, []string{"scale.labels: the text for score 7 is empty; write something here"}},

		"no dimension":             {func(f *Framework) { f.Dimensions = nil }, []string{"dimensions: there is no dimension; add at least one value or competency"}},
		"too many dimensions":      {func(f *Framework) { f.Dimensions = make([]Dimension, 51) }, []string{"dimensions: there are 51 dimensions; a framework has at most 50"}},
		"dimension code twice":     {func(f *Framework) { f.Dimensions[2].Code = "safety" }, []string{"dimensions[2].code: the code safety is that of dimensions[0] already; each code is used once in a framework"}},
		"kind unknown":             {func(f *Framework) { f.Dimensions[1].Kind = "values" }, []string{"dimensions[1].kind: “values” is not a kind of dimension; write value or competency"}},
		"dimension without title":  {func(f *Framework) { f.Dimensions[1].Title = "" }, []string{"dimensions[1].title: the text is empty; write something here"}},
		"weight negative":          {func(f *Framework) { f.Dimensions[1].Weight.Low = -1 }, []string{"dimensions[1].weight: weight -1 is negative; a weight is at least 0"}},
		"weight upside down":       {func(f *Framework) { f.Dimensions[1].Weight.Low = 40 }, []string{"dimensions[1].weight: low 40 is above high 30; exchange them"}},
		"weight zero":              {func(f *Framework) { f.Dimensions[1].Weight = Weight{} }, []string{"dimensions[1].weight: the weight is 0; a dimension without weight is not selected on: leave it out"}},
		"weight tiny":              {func(f *Framework) { f.Dimensions[1].Weight = Fixed(5e-324) }, []string{"dimensions[1].weight: weight 0.", "is too small"}},
		"weight NaN":               {func(f *Framework) { f.Dimensions[1].Weight = Fixed(math.NaN()) }, []string{"dimensions[1].weight: a weight must be a number up to 1000000; only its ratio to the other weights counts"}},
		"weight infinite":          {func(f *Framework) { f.Dimensions[1].Weight.High = math.Inf(1) }, []string{"dimensions[1].weight: a weight must be a number up to 1000000; only its ratio to the other weights counts"}},
		"cross-reference unknown":  {func(f *Framework) { f.Dimensions[0].Constitution[1] = "kindness" }, []string{"dimensions[0].constitution[1]: “kindness” is not a value of the NHS Constitution; the codes are "}},
		"cross-reference twice":    {func(f *Framework) { f.Dimensions[0].Constitution[1] = "quality-of-care" }, []string{"dimensions[0].constitution[1]: quality-of-care stands twice; once is enough"}},
		"too many cross-refs":      {func(f *Framework) { f.Dimensions[0].Constitution = make([]string, 7) }, []string{"dimensions[0].constitution: there are 7 cross-references; the NHS Constitution has 6 values"}},
		"no criterion":             {func(f *Framework) { f.Dimensions[0].Criteria = nil }, []string{"dimensions[0].criteria: there is no criterion; add at least one behaviour to be marked"}},
		"too many criteria":        {func(f *Framework) { f.Dimensions[0].Criteria = make([]Criterion, 51) }, []string{"dimensions[0].criteria: there are 51 criteria; a dimension has at most 50"}},
		"criterion code twice":     {func(f *Framework) { f.Dimensions[2].Criteria[0].Code = "safety.speaks-up" }, []string{"dimensions[2].criteria[0].code: the code safety.speaks-up is that of dimensions[0].criteria[0] already; each code is used once in a framework"}},
		"statement empty":          {func(f *Framework) { f.Dimensions[0].Criteria[1].Statement = "" }, []string{"dimensions[0].criteria[1].statement: the text is empty; write something here"}},
		"anchor out of scale":      {func(f *Framework) { f.Dimensions[2].Criteria[0].Anchors[2].Score = 9 }, []string{"dimensions[2].criteria[0].anchors: score 9 is outside 1–7"}},
		"anchor off the grid":      {func(f *Framework) { f.Dimensions[2].Criteria[0].Anchors[1].Score = 4.2 }, []string{"dimensions[2].criteria[0].anchors: score 4.2 is not on the scale: 1, 2, … 7"}},
		"anchor NaN":               {func(f *Framework) { f.Dimensions[2].Criteria[0].Anchors[1].Score = math.NaN() }, []string{"dimensions[2].criteria[0].anchors: a score must be a finite number"}},
		"anchor twice":             {func(f *Framework) { f.Dimensions[2].Criteria[0].Anchors[1].Score = 1 }, []string{"dimensions[2].criteria[0].anchors: score 1 stands twice; keep one text for it"}},
		"anchors not in order":     {func(f *Framework) { f.Dimensions[2].Criteria[0].Anchors[0].Score = 5 }, []string{"dimensions[2].criteria[0].anchors: score 4 comes after 5; put the scores in rising order"}},
		"anchor empty":             {func(f *Framework) { f.Dimensions[2].Criteria[0].Anchors[1].Text = "\t" }, []string{"dimensions[2].criteria[0].anchors: the text for score 4 is empty; write something here"}},
		"indicator empty":          {func(f *Framework) { f.Dimensions[0].Criteria[0].Positive[1] = "" }, []string{"dimensions[0].criteria[0].positive[1]: the text is empty; write something here"}},
		"indicator twice":          {func(f *Framework) { f.Dimensions[0].Criteria[0].Negative[1] = "Relies on luck" }, []string{"dimensions[0].criteria[0].negative[1]: this indicator stands twice; once is enough"}},
		"too many indicators":      {func(f *Framework) { f.Dimensions[0].Criteria[0].Negative = make([]string, 31) }, []string{"dimensions[0].criteria[0].negative: there are 31 indicators; at most 30 can be read"}},
		"several things at a time": {func(f *Framework) { f.Version, f.Title = 0, "" }, []string{"version: ", "title: "}},
	} {
		t.Run(name, func(t *testing.T) {
			f := sample()
			test.damage(&f)
			err := f.Validate()
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("error %v is not Invalid", err)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got  %v\nwant %s", err, want)
				}
			}
			if name != "weight tiny" && len(fault.FieldsOf(err)) != len(test.want) {
				t.Errorf("%d complaints, want %d: %v", len(fault.FieldsOf(err)), len(test.want), err)
			}
		})
	}
}

func TestValidateAcceptsWhatIsUnusual(t *testing.T) {
	for name, change := range map[string]func(*Framework){
		"a draft without anchors": func(f *Framework) { f.Dimensions[0].Criteria[0].Anchors = nil },
		"competencies only":       func(f *Framework) { f.Dimensions = f.Dimensions[2:] },
		"a range from 0":          func(f *Framework) { f.Dimensions[0].Weight = Weight{Low: 0, High: 5} },
		"any number":              func(f *Framework) { f.Scale.Step = 0; f.Scale.Labels[0].Score = 1.23 },
		"tenths":                  func(f *Framework) { f.Scale.Step = 0.1; f.Scale.Labels[0].Score = 1.7 },
		"below zero":              func(f *Framework) { f.Scale.Min = -7 },
		"a criterion named like a dimension": func(f *Framework) {
			f.Dimensions[1].Criteria[0].Code = "kindness"
		},
	} {
		f := sample()
		change(&f)
		if err := f.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestValidateKeepsAWhollyWrongFrameworkShort(t *testing.T) {
	f := sample()
	f.Dimensions[0].Criteria = make([]Criterion, 50)
	f.Dimensions[1].Criteria = make([]Criterion, 50)
	fields := fault.FieldsOf(f.Validate())
	if len(fields) != maxComplaints+1 || fields[maxComplaints].Message != "and 100 more complaints" {
		t.Errorf("%d complaints, the last “%s”", len(fields), fields[len(fields)-1])
	}
}

func TestPublishable(t *testing.T) {
	for name, test := range map[string]struct {
		scale   Scale
		anchors []float64
		want    []string
	}{
		"all three":             {Scale{Min: 1, Max: 7, Step: 1}, []float64{1, 5, 7}, nil},
		"none":                  {Scale{Min: 1, Max: 7, Step: 1}, nil, []string{"the lowest mark 1", "a mark between 1 and 7", "the highest mark 7"}},
		"no middle":             {Scale{Min: 1, Max: 7, Step: 1}, []float64{1, 7}, []string{"a mark between 1 and 7"}},
		"no top":                {Scale{Min: 1, Max: 7, Step: 1}, []float64{1, 2}, []string{"the highest mark 7"}},
		"only a middle":         {Scale{Min: 1, Max: 7, Step: 1}, []float64{4}, []string{"the lowest mark 1", "the highest mark 7"}},
		"two marks":             {Scale{Min: 0, Max: 1, Step: 1}, []float64{0, 1}, nil},
		"any number":            {Scale{Min: 0, Max: 10}, []float64{0, 10}, nil},
		"any number, one end":   {Scale{Min: 0, Max: 10}, []float64{10}, []string{"the lowest mark 0"}},
		"invalid is told first": {Scale{Min: 0, Max: 10, Step: 3}, nil, []string{"do not reach 10"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := sample()
			f.Scale = test.scale
			f.Dimensions = f.Dimensions[1:2]
			f.Dimensions[0].Criteria[0].Anchors = nil
			for _, score := range test.anchors {
				f.Dimensions[0].Criteria[0].Anchors = append(f.Dimensions[0].Criteria[0].Anchors, Anchor{score, "words"})
			}
			fields := fault.FieldsOf(f.Publishable())
			if len(fields) != len(test.want) {
				t.Fatalf("%d complaints, want %d: %v", len(fields), len(test.want), fields)
			}
			for i, field := range fields {
				if !strings.Contains(field.Message, test.want[i]) {
					t.Errorf("got %s, want %s", field, test.want[i])
				}
			}
		})
	}
}

func TestPublishableNamesThePlace(t *testing.T) {
	f := sample()
	f.Dimensions[0].Criteria[1].Anchors = f.Dimensions[0].Criteria[1].Anchors[:2]
	want := "the framework is not ready to be published\ndimensions[0].criteria[1].anchors: the highest mark 7 has no anchor; say what it looks like before publishing"
	if err := f.Publishable(); err == nil || err.Error() != want {
		t.Error(err)
	}
}

func TestWarnings(t *testing.T) {
	want := []string{
		"safety.owns-errors has no positive or negative indicators: panel members have only the anchors to go by.",
		"Kindness is not cross-referenced to a value of the NHS Constitution.",
		"kindness.dignity has no positive or negative indicators: panel members have only the anchors to go by.",
		"service.leads has no positive or negative indicators: panel members have only the anchors to go by.",
	}
	if diff := cmp.Diff(want, sample().Warnings()); diff != "" {
		t.Error(diff)
	}
}

func TestAllows(t *testing.T) {
	sevens, halves, tenths, free, signed, pair := Scale{Min: 1, Max: 7, Step: 1}, Scale{Min: 0, Max: 10, Step: 0.5}, Scale{Min: 1, Max: 2, Step: 0.1}, Scale{Min: 0, Max: 10}, Scale{Min: -2, Max: 2, Step: 1}, Scale{Min: 0, Max: 1, Step: 1}
	for _, test := range []struct {
		scale Scale
		mark  float64
		want  string
	}{
		{sevens, 1, ""},
		{sevens, 7, ""},
		{sevens, 4 + 1e-10, ""},
		{sevens, 9, "score 9 is outside 1–7"},
		{sevens, 0, "score 0 is outside 1–7"},
		{sevens, 4.2, "score 4.2 is not on the scale: 1, 2, … 7"},
		{sevens, 4 + 1e-8, "score 4.00000001 is not on the scale: 1, 2, … 7"},
		{sevens, math.NaN(), "a score must be a finite number"},
		{sevens, math.Inf(-1), "a score must be a finite number"},
		{halves, 9.5, ""},
		{halves, 9.25, "score 9.25 is not on the scale: 0, 0.5, … 10"},
		{tenths, 1.3, ""},
		{tenths, 1.35, "score 1.35 is not on the scale: 1, 1.1, … 2"},
		{free, 3.14159, ""},
		{free, 10.01, "score 10.01 is outside 0–10"},
		{signed, -3, "score -3 is outside -2 to 2"},
		{pair, 0.5, "score 0.5 is not on the scale: 0, 1"},
	} {
		got := ""
		if err := test.scale.Allows(test.mark); err != nil {
			got = err.Error()
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%q is not Invalid", got)
			}
		}
		if got != test.want {
			t.Errorf("%s, %g: got %q, want %q", test.scale, test.mark, got, test.want)
		}
	}
}

func TestMarks(t *testing.T) {
	for _, test := range []struct {
		scale Scale
		want  string
	}{
		{Scale{Min: 1, Max: 7, Step: 1}, "[1 2 3 4 5 6 7]"},
		{Scale{Min: 1, Max: 1.5, Step: 0.1}, "[1 1.1 1.2 1.3 1.4 1.5]"},
		{Scale{Min: 0, Max: 10}, "[]"},
	} {
		if got := fmt.Sprint(test.scale.Marks()); got != test.want {
			t.Errorf("%s: %s, want %s", test.scale, got, test.want)
		}
	}
}
