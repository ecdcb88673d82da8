package handlers

import (
	"archive/zip"
	"bytes"
	"io"
	"testing"

	"appointable/internal/access"
	"appointable/selection"
)

func TestExportAndImport(t *testing.T) {
	w := newWorld(t)
	p := w.ranked("C1", "C2")
	p.members["R1"].do(post, "/campaigns/CARD-1/export", nil).problem(403)
	p.officer.do(get, "/campaigns/CARD-1/export", nil).problem(405) // it leaves a record
	exported := p.officer.do(post, "/campaigns/CARD-1/export", nil).want(200)
	equal(t, exported.header.Get("Content-Type"), mimeZip)
	equal(t, exported.header.Get("Content-Disposition"), `attachment; filename="CARD-1.zip"`)
	names := map[string]bool{}
	archive, err := zip.NewReader(bytes.NewReader(exported.body), int64(len(exported.body)))
	w.must(err)
	for _, f := range archive.File {
		names[f.Name] = true
	}
	for _, name := range []string{"framework.yaml", "campaign.yaml", "candidates.csv", "ratings.csv"} {
		if !names[name] {
			t.Errorf("%s is missing", name)
		}
	}

	officer := w.personOf(w.newTrust("southgate"), "officer", access.RecruitmentOfficer)
	imported := officer.do(post, "/imports", exported.body, contentType(mimeZip), idempotency("i")).want(201)
	again := officer.do(post, "/imports", exported.body, contentType(mimeZip), idempotency("i")).want(201)
	equal(t, string(imported.body), string(again.body))
	var view importView
	imported.into(&view)
	equal(t, view.Progress.Phase, selection.Deciding)
	officer.do(post, "/imports", exported.body, contentType(mimeZip)).problem(409)
	var ranking selection.Ranking
	officer.do(post, "/campaigns/CARD-1/ranking", nil).want(201).into(&ranking)
	equal(t, view.Progress.ImportedFromHash, ranking.Inputs)
	var home selection.Ranking
	p.officer.do(get, "/campaigns/CARD-1/ranking", nil).want(200).into(&home)
	equal(t, home.Inputs, ranking.Inputs)
}

func TestBadImports(t *testing.T) {
	w := newWorld(t)
	p := w.ranked("C1")
	exported := p.officer.do(post, "/campaigns/CARD-1/export", nil).want(200).body
	officer := w.personOf(w.newTrust("southgate"), "officer", access.RecruitmentOfficer)
	p.members["R1"].do(post, "/imports", exported, contentType(mimeZip)).problem(403)
	p.members["R1"].do(post, "/imports", []byte("no zip"), contentType(mimeZip)).problem(403) // and nothing is unpacked for them
	officer.do(post, "/imports", exported[:len(exported)/2], contentType(mimeZip)).problem(422)
	officer.do(post, "/imports", exported, contentType("application/octet-stream")).problem(415)
	officer.do(post, "/imports", exported, contentType(mimeZip), idempotency("")).problem(400)
	officer.do(post, "/imports", make([]byte, importLimit+1), contentType(mimeZip)).problem(413)

	damaged := rezip(t, exported, "ratings.csv", func(b []byte) []byte { return bytes.Replace(b, []byte("safety.a"), []byte("safety.z"), 1) })
	complaints := officer.do(post, "/imports", damaged, contentType(mimeZip)).problem(422).complaints()
	contains(t, complaints, `ratings.csv:5:17: "safety.z" is not marked in interview`)
	var found list[object]
	officer.do(get, "/campaigns", nil).want(200).into(&found)
	equal(t, len(found.Items), 0)
}

// rezip changes one file of a zip.
func rezip(t *testing.T, zipped []byte, name string, change func([]byte) []byte) []byte {
	t.Helper()
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	archive, err := zip.NewReader(bytes.NewReader(zipped), int64(len(zipped)))
	must(err)
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range archive.File {
		in, err := f.Open()
		must(err)
		content, err := io.ReadAll(in)
		must(err)
		if f.Name == name {
			content = change(content)
		}
		to, err := w.Create(f.Name)
		must(err)
		_, err = to.Write(content)
		must(err)
	}
	must(w.Close())
	return out.Bytes()
}
