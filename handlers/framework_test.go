package handlers

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"appointable/frameworks"
	"appointable/internal/access"
)

func TestFrameworkLife(t *testing.T) {
	w := newWorld(t)
	owner, officer := w.person("owner", access.FrameworkOwner), w.person("officer", access.RecruitmentOfficer)
	officer.do(post, "/frameworks", sampleFramework()).problem(403)
	made := owner.do(post, "/frameworks", sampleFramework()).want(201)
	equal(t, made.tag(), `"1"`)
	owner.do(post, "/frameworks", sampleFramework()).problem(409)

	// Two owners at once: the slower one is told.
	changed := sampleFramework()
	changed.Title = "Our values"
	owner.do(put, "/frameworks/values/1", changed, ifMatch(`"1"`)).want(200)
	owner.do(put, "/frameworks/values/1", sampleFramework(), ifMatch(`"1"`)).problem(412)
	owner.do(put, "/frameworks/values/1", sampleFramework(), ifMatch("")).problem(428)

	owner.do(post, "/frameworks/values/1/publish", nil, ifMatch(`"1"`)).problem(412)
	published := owner.do(post, "/frameworks/values/1/publish", nil, ifMatch(`"2"`)).want(200)
	var view frameworkView
	published.into(&view)
	equal(t, view.Hash, changed.Hash())
	owner.do(put, "/frameworks/values/1", sampleFramework()).problem(409)

	// Whoever is signed in reads it.
	officer.do(get, "/frameworks/values/1", nil).want(200).into(&view)
	if diff := cmp.Diff(changed, view.Document); diff != "" {
		t.Error(diff)
	}
	contains(t, strings.Join(view.Warnings, "\n"), "no positive or negative indicators")
	owner.do(post, "/frameworks/values/1/retire", nil).want(200)
	owner.do(post, "/frameworks/values/1/retire", nil).problem(409)
	owner.do(get, "/frameworks/values/2", nil).problem(404)
}

func TestFrameworkMistakesHavePlaces(t *testing.T) {
	w := newWorld(t)
	owner := w.person("owner", access.FrameworkOwner)
	f := sampleFramework()
	f.Title = ""
	f.Dimensions[1].Criteria[0].Anchors[0].Score = 9
	complaints := owner.do(post, "/frameworks", f).problem(422).complaints()
	contains(t, complaints, "title: ")
	contains(t, complaints, "dimensions[1].criteria[0].anchors: score 9 is outside 1–7")
	owner.do(post, "/frameworks", object{"framework": "values", "version": 1, "colour": "red"}).problem(400)
	owner.do(post, "/frameworks", []byte(`{"framework":"values","dimensions":[{"weight":"heavy"}]}`), contentType("application/json")).problem(422)
	// A number that a database cannot hold is the sender's mistake.
	big := sampleFramework()
	big.Version = 3_000_000_000
	owner.do(post, "/frameworks", big).problem(422)

	if _, err := frameworks.Template("uclh-values"); err != nil {
		t.Fatal(err)
	}
	owner.do(post, "/frameworks", sampleFramework()).want(201)
	other := sampleFramework()
	other.Code, other.Version = "other", 2
	complaints = owner.do(put, "/frameworks/values/1", other).problem(422).complaints()
	contains(t, complaints, "framework: ")
	contains(t, complaints, "version: ")
}

func TestFrameworkAsYAML(t *testing.T) {
	w := newWorld(t)
	owner := w.person("owner", access.FrameworkOwner)
	document, err := sampleFramework().YAML()
	w.must(err)
	owner.do(post, "/frameworks", document, contentType(mimeYAML)).want(201)
	read := owner.do(get, "/frameworks/values/1", nil, header{"Accept", mimeYAML}).want(200)
	equal(t, read.header.Get("Content-Type"), mimeYAML)
	equal(t, read.tag(), `"1"`)
	if diff := cmp.Diff(string(document), string(read.body)); diff != "" {
		t.Error(diff)
	}
	owner.do(put, "/frameworks/values/1", document, contentType(mimeYAML), ifMatch(read.tag())).want(200)
	broken := strings.Replace(string(document), "weight: 50", "weight: heavy", 1)
	complaints := owner.do(put, "/frameworks/values/1", []byte(broken), contentType(mimeYAML)).problem(422).complaints()
	contains(t, complaints, ": dimensions[0].weight")
	owner.do(put, "/frameworks/values/1", document, contentType("text/yaml")).problem(415)
}

func TestFrameworkTemplatesAndDiff(t *testing.T) {
	w := newWorld(t)
	owner := w.person("owner", access.FrameworkOwner)
	var templates list[frameworks.Framework]
	owner.do(get, "/framework-templates", nil).want(200).into(&templates)
	equal(t, len(templates.Items), len(frameworks.Templates()))
	for _, f := range templates.Items {
		owner.do(post, "/frameworks", f).want(201)
	}
	second := templates.Items[0]
	second.Version, second.Title = 2, "Second thoughts"
	owner.do(post, "/frameworks", second).want(201)
	var diff diffView
	path := "/frameworks/" + second.Code + "/diff"
	owner.do(get, path+"?from=1&to=2", nil).want(200).into(&diff)
	equal(t, len(diff.Changes), 1)
	contains(t, diff.Changes[0].Sentence, "Second thoughts")
	owner.do(get, path+"?from=1", nil).problem(400)
	owner.do(get, path+"?from=1&to=3", nil).problem(404)

	var lines list[object]
	owner.do(get, "/frameworks?limit=3", nil).want(200).into(&lines)
	equal(t, len(lines.Items), 3)
	owner.do(get, "/frameworks?limit=3&after="+*lines.Next, nil).want(200).into(&lines)
	equal(t, len(lines.Items), 1)
}
