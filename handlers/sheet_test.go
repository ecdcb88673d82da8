package handlers

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// A sheet that is there and sealed looks like one that is not there, to the
// byte.
func TestSealedSheet(t *testing.T) {
	w := newWorld(t)
	p := w.scoring("C1", "C2")
	p.members["R1"].do(post, sampleSheet+"R1/C1/interview/submit", sampleMarks(6, 5)).want(200)
	id := header{"X-Request-Id", "the-same"}
	for name, asker := range map[string]*client{"member": p.members["R2"], "officer": p.officer, "auditor": p.auditor} {
		for _, request := range []struct {
			method, end string
			body        any
		}{{get, "", nil}, {put, "", sampleMarks(1, 1)}, {post, "/submit", sampleMarks(1, 1)}} {
			ask := func(rater string) answer {
				return asker.do(request.method, sampleSheet+rater+"/C1/interview"+request.end, request.body, id, idempotency("k"))
			}
			sealed, absent := ask("R1"), ask("R9")
			if request.method == get {
				sealed.problem(404)
			}
			for _, h := range []string{"Date", "Content-Length"} {
				equal(t, len(sealed.header.Get(h)), len(absent.header.Get(h)))
				sealed.header.Del(h)
				absent.header.Del(h)
			}
			equal(t, sealed.status, absent.status)
			equal(t, fmt.Sprint(sealed.header), fmt.Sprint(absent.header))
			if !bytes.Equal(bytes.ReplaceAll(sealed.body, []byte("R1"), []byte("R9")), absent.body) {
				t.Errorf("%s %s: the sealed sheet shows:\n%s\n%s", name, request.method, sealed.body, absent.body)
			}
		}
	}
	// Nor do the list, the campaign or the tests tell; HR sees submitted or not.
	var own list[object]
	p.members["R2"].do(get, "/campaigns/CARD-1/sheets", nil).want(200).into(&own)
	equal(t, len(own.Items), 2)
	p.members["R2"].do(get, "/campaigns/CARD-1/progress", nil).problem(403)
	p.members["R2"].do(get, "/campaigns/CARD-1/ranking", nil).problem(409)
	progress := p.officer.do(get, "/campaigns/CARD-1/progress", nil).want(200)
	contains(t, string(progress.body), `{"rater":"R1","candidate":"C1","exercise":"interview","state":"submitted","required":true,"stage":"assessment"}`)
	if strings.Contains(string(progress.body), "score") {
		t.Errorf("progress tells marks: %s", progress.body)
	}
}

func TestSheetsOpenTogether(t *testing.T) {
	w := newWorld(t)
	p := w.revealed("C1")
	var theirs sheetView
	p.members["R2"].do(get, sampleSheet+"R1/C1/interview", nil).want(200).into(&theirs)
	equal(t, *theirs.Marks[0].Score, 6)
	equal(t, theirs.Marks[0].Evidence, sampleEvidence)
	// Still nobody writes on another's sheet.
	p.members["R2"].do(post, sampleSheet+"R1/C1/interview/revisions", object{"criterion": "safety.a", "score": 1, "reason": "I think so"}).problem(404)
}

func TestDrafts(t *testing.T) {
	w := newWorld(t)
	p := w.scoring("C1")
	member, path := p.members["R1"], sampleSheet+"R1/C1/interview"
	first := member.do(get, path, nil).want(200)
	// A draft may be incomplete and off the scale; nothing typed is lost.
	saved := member.do(put, path, object{"marks": []object{{"criterion": "safety.a", "score": 9, "evidence": "slip of the finger"}}}, ifMatch(first.tag())).want(200)
	// From another tablet, meanwhile:
	member.do(put, path, sampleMarks(3, 3), ifMatch(first.tag())).problem(412)
	complaints := member.do(post, path+"/submit", nil, ifMatch(saved.tag())).problem(422).complaints() // the marks as they were saved
	contains(t, complaints, "marks[0].score: safety.a: score 9 is outside 1–7")
	contains(t, complaints, "marks[1].score: kindness.a has no score")
	// All shapes at once, before any rule is asked.
	complaints = member.do(put, path, object{"marks": []object{{"score": 1}, {"evidence": "x"}}}).problem(422).complaints()
	contains(t, complaints, "marks[0].criterion: is missing")
	contains(t, complaints, "marks[1].criterion: is missing")
	member.do(put, path, object{"marks": []object{{"criterion": "safety.a", "score": "6"}}}).problem(400)
	member.do(put, path, object{"marks": []object{{"criterion": "safety.a", "revisions": []object{}}}}).problem(400)
	// The zero of JSON is not the zero of a mark.
	var sheet sheetView
	member.do(put, path, object{"marks": []object{{"criterion": "safety.a", "score": nil}}}).want(200).into(&sheet)
	if sheet.Marks[0].Score != nil {
		t.Errorf("no score became %v", *sheet.Marks[0].Score)
	}
}

func TestRevisionNeedsItsTag(t *testing.T) {
	w := newWorld(t)
	p := w.revealed("C1")
	member, path := p.members["R1"], sampleSheet+"R1/C1/interview"
	tag := member.do(get, path, nil).tag()
	change := object{"criterion": "safety.a", "score": 4, "evidence": "e", "reason": "misheard"}
	revised := member.do(post, path+"/revisions", change, ifMatch(tag)).want(201)
	member.do(post, path+"/revisions", change, ifMatch(tag)).problem(412)
	var sheet sheetView
	revised.into(&sheet)
	equal(t, *sheet.Marks[0].Revisions[0].Score, 6)
	member.do(post, path+"/revisions", object{"criterion": "safety.a", "score": 4}).problem(422)
}

// A submission costs six round trips to the database: one for the session,
// five for the store's transaction.
func TestRoundTripsOfSubmission(t *testing.T) {
	w := newWorld(t)
	var candidates []string
	for i := range 100 { // so many that nobody can be submitting the last sheet
		candidates = append(candidates, fmt.Sprintf("C%03d", i))
	}
	p := w.scoring(candidates...)
	submit := func(candidate string) int64 {
		before := w.db.Stats().RoundTrips
		p.members["R1"].do(post, sampleSheet+"R1/"+candidate+"/interview/submit", sampleMarks(6, 5)).want(200)
		return w.db.Stats().RoundTrips - before
	}
	submit("C000") // prepares its statements
	for _, candidate := range candidates[1:5] {
		if trips := submit(candidate); trips > 6 {
			t.Errorf("%d round trips, want at most 6", trips)
		}
	}
}
