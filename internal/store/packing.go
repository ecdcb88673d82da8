package store

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
)

// packedFrom is the size from which a ranking is stored compressed. Smaller
// ones stay readable with psql.
const packedFrom = 1 << 20

// pack compresses what is large. The bytes that come out of unpack are those
// that went in; those in between depend on the version of the compressor.
func pack(document []byte) (stored []byte, packed bool, err error) {
	if len(document) < packedFrom {
		return document, false, nil
	}
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		return nil, false, fmt.Errorf("pack: %w", err)
	}
	if _, err := w.Write(document); err != nil {
		return nil, false, fmt.Errorf("pack: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, false, fmt.Errorf("pack: %w", err)
	}
	return b.Bytes(), true, nil
}

func unpack(stored []byte, packed bool) ([]byte, error) {
	if !packed {
		return stored, nil
	}
	r, err := gzip.NewReader(bytes.NewReader(stored))
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	document, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	return document, nil
}
