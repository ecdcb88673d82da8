package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/google/uuid"

	"appointable/internal/audit"
	"appointable/internal/fault"
)

// Published is what was published last of each trust's log, in a folder
// outside the database: a file a trust, which holds the signed checkpoint. A
// database that was set back to an earlier state does not know how long its log
// has been, and would sign another history under the same name.
type Published struct{ folder string }

// OpenPublished takes a folder and makes it where it is missing. It returns
// Invalid for one that cannot be made, and for one that somebody else may write
// to: the record must not go back, nor be led elsewhere.
func OpenPublished(folder string) (Published, error) {
	p := Published{folder: folder}
	if err := errors.Join(os.MkdirAll(filepath.Dir(folder), 0o750), p.make()); err != nil {
		return p, fault.New(fault.Invalid, "the record of what was published of the logs cannot be kept: %s. LOG_PUBLISHED names a folder for it, outside the database", err)
	}
	info, err := os.Lstat(folder)
	if err != nil {
		return p, fault.New(fault.Invalid, "the record of what was published of the logs cannot be read: %s", err)
	}
	owner := info.Sys().(*syscall.Stat_t).Uid
	if !info.IsDir() || info.Mode().Perm()&0o022 != 0 || int(owner) != os.Geteuid() {
		return p, fault.New(fault.Invalid, "%s holds the record of what was published of the logs; it must be a folder that belongs to user %d, who asks, and where nobody else may write. It belongs to user %d", folder, os.Geteuid(), owner)
	}
	return p, nil
}

// ReadPublished takes a folder to read only: whoever looks need not be the one
// who writes, and where there is none nothing is on record.
func ReadPublished(folder string) Published { return Published{folder: folder} }

func (p Published) make() error {
	err := os.Mkdir(p.folder, 0o700)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

// file is the trust's. Named by the id, since a trust of the demo that is made
// anew bears the same name and is another.
func (p Published) file(trust uuid.UUID) string {
	return filepath.Join(p.folder, trust.String()+".checkpoint")
}

// Last is the checkpoint that was published last; nil where none is on record.
func (p Published) Last(trust uuid.UUID) ([]byte, error) {
	signed, err := os.ReadFile(p.file(trust))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil {
		_, err = audit.ReadCheckpoint(signed)
	}
	if err != nil {
		return nil, fmt.Errorf("the record of what was published, %s: %w", p.file(trust), err)
	}
	return signed, nil
}

// CopyTo copies what is on record of some trusts into another record, and
// returns of how many something was.
func (p Published) CopyTo(other Published, trusts []Trust) (int, error) {
	copied := 0
	for _, trust := range trusts {
		signed, err := p.Last(trust.ID)
		if err == nil && signed != nil {
			copied, err = copied+1, other.keep(trust.ID, signed)
		}
		if err != nil {
			return copied, err
		}
	}
	return copied, nil
}

// keep puts a checkpoint on record. It returns once the record would outlast a
// crash of the machine; at any moment one whole checkpoint is there.
func (p Published) keep(trust uuid.UUID, signed []byte) error {
	fresh, err := os.CreateTemp(p.folder, ".new-")
	if err != nil {
		return fmt.Errorf("the record of what was published: %w", err)
	}
	_, err = fresh.Write(signed)
	err = errors.Join(err, fresh.Sync(), fresh.Close())
	if err == nil {
		err = os.Rename(fresh.Name(), p.file(trust))
	}
	if err == nil {
		err = syncFolder(p.folder)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("the record of what was published: %w", err), os.Remove(fresh.Name()))
	}
	return nil
}

// syncFolder makes a rename in the folder outlast a crash of the machine.
func syncFolder(folder string) error {
	f, err := os.Open(folder) //nolint:gosec // the record's own, which a setting names
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
