package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"appointable/internal/localpg"
	"appointable/internal/store"
)

var placeholder = regexp.MustCompile(`\$(\d+)`)

// script gives pgbench the statements that the service sends. What the service
// computes between them (judging, encoding, hashing) pgbench gets for nothing:
// that is what the ratio measures.
func (s *site) script() string {
	id := "'" + s.trust.ID.String() + "'::uuid"
	note := strings.ReplaceAll(evidence, "'", "''")
	criteria := `'{safety.seen,kindness.seen,teamwork.seen,improving.seen}'`
	payload := strings.Repeat("x", 700)
	eventID := `array[md5(:client_id || '-' || :sheet || '-' || :round)::uuid]`
	arguments := [][]string{
		{id, `sha256(convert_to('pgbench-' || :client_id, 'UTF8'))`, `now()`, `'30 minutes'`},
		{},
		{id, `:person_id::uuid`, `'` + campaign + `'`, `'p' || :round || '-' || :sheet`, `false`},
		{id, `:campaign_id::uuid`, `('R' || :client_id)`, `('C' || lpad((:sheet % ` + strconv.Itoa(s.candidates) + `)::text, 6, '0'))`,
			`('e' || :sheet / ` + strconv.Itoa(s.candidates) + `)`, `256`},
		{id, `:person_id::uuid`, `now()`, eventID, `array['sheet.submitted']`, `array['sheet']`, `array[:sheet_id]`, `array[2]`,
			`array[sha256('c')]`, `array[sha256('n')]`, `array[convert_to('` + payload + `', 'UTF8')]`,
			`('p' || :round || '-' || :sheet)::text`, `sha256('r')`, `convert_to('` + payload + `', 'UTF8')`,
			`:campaign_id::uuid`, `:sheet_id::uuid`, `:member_id::uuid`, criteria, `array[5,5,5,5]`, `array[false,false,false,false]`,
			`array['` + note + `','` + note + `','` + note + `','` + note + `']`, `'submitted'`, `2`},
		{},
	}
	results := []string{`\gset`, `;`, `\gset`, `\gset`, `;`, `;`}
	var b strings.Builder
	b.WriteString("\\set sheet :sheet - 1\n")
	for i, statement := range store.Submission() {
		text := placeholder.ReplaceAllStringFunc(statement, func(match string) string {
			n, _ := strconv.Atoi(match[1:]) // digits by the pattern
			return arguments[i][n-1]
		})
		b.WriteString(strings.Join(strings.Fields(text), " ") + " " + results[i] + "\n")
	}
	return b.String()
}

// warmUp gives pgbench's clients their sessions, and lets the statistics of
// the tables be known before the first round.
func (s *site) warmUp(ctx context.Context) error {
	sessions := fmt.Sprintf(`
		insert into sessions (trust_id, token_hash, person_id, created_at, seen_at, expires_at, authenticated_at)
		select m.trust_id, sha256(convert_to('pgbench-' || substr(m.rater, 2), 'UTF8')), m.person_id, now(), now() + interval '12 hours', now() + interval '12 hours', now()
		  from panel_members m where m.trust_id = '%s'`, s.trust.ID)
	_, err := s.tool(ctx, "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", sessions, "-c", "vacuum analyze", s.pg.DSN("postgres", database))
	return err
}

// pgbench returns transactions a second, its own connection time left out.
func (s *site) pgbench(ctx context.Context, length time.Duration) (float64, error) {
	file := filepath.Join(s.dir, "submission.sql")
	if err := os.WriteFile(file, []byte(s.script()), 0o600); err != nil {
		return 0, err
	}
	seconds := strconv.Itoa(int(length.Seconds()))
	from := 2*s.candidates - s.pgbenchDone
	out, err := s.tool(ctx, "pgbench", "-n", "-M", "prepared", "-f", file, "-c", strconv.Itoa(clients), "-j", "2", "-T", seconds,
		"-D", "sheet="+strconv.Itoa(from), "-D", "round=0", "-h", s.pg.SocketDir(), "-U", "appointable_web", database)
	if err != nil {
		return 0, err
	}
	rate, done := figure(out, `tps = ([0-9.]+) `), figure(out, `number of transactions actually processed: (\d+)`)
	if failed := figure(out, `number of failed transactions: (\d+)`); failed > 0 || done == 0 {
		return 0, fmt.Errorf("pgbench: some transactions failed:\n%s", out)
	}
	// Clients run at slightly different speeds; what the fastest may have used
	// up is not used again.
	s.pgbenchDone += int(done/clients*1.3) + 50
	if s.pgbenchDone+s.httpDone > 2*s.candidates {
		return 0, fmt.Errorf("the campaign has too few sheets for this length; raise -candidates")
	}
	return rate, nil
}

func figure(out, pattern string) float64 {
	m := regexp.MustCompile(pattern).FindStringSubmatch(out)
	if m == nil {
		return 0
	}
	x, _ := strconv.ParseFloat(m[1], 64) // digits by the pattern
	return x
}

// tool runs a program that lies beside PostgreSQL's own.
func (s *site) tool(ctx context.Context, name string, args ...string) (string, error) {
	bin, err := localpg.FindBin(ctx)
	if err != nil {
		return "", err
	}
	out, err := exec.CommandContext(ctx, filepath.Join(bin, name), args...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s", name, err, out)
	}
	return string(out), nil
}
