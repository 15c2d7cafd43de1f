-- Of a log that is archived and longer than a MiB: how many line ends each of its MiBs has, four bytes each, the least first. Nothing for those archived before.
ALTER TABLE jobs ADD COLUMN trace_lines {bytes};
