package deliver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"appointable/internal/fault"
	"appointable/internal/store"
)

// poster posts a checkpoint as it is, as plain text. An address that sends us
// elsewhere has not taken it.
func poster(address string) (func(context.Context, store.LatestCheckpoint) error, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fault.New(fault.Invalid, "CHECKPOINT_POST_URL is no address to post to; write it as https://host/path")
	}
	client := &http.Client{Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return func(ctx context.Context, c store.LatestCheckpoint) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(c.Signed))
		if err != nil {
			return withoutAddress(err)
		}
		request.Header.Set("Content-Type", "text/plain; charset=utf-8")
		answer, err := client.Do(request)
		if err != nil {
			return withoutAddress(err)
		}
		_ = answer.Body.Close() // what it says is of no use here
		if answer.StatusCode < 200 || answer.StatusCode > 299 {
			return fmt.Errorf("the address answered %s", answer.Status)
		}
		return nil
	}, nil
}

// withoutAddress takes the address out of an error: it may hold a secret.
func withoutAddress(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}
