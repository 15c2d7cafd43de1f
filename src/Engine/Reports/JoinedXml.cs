namespace Slipway.Engine.Reports;

/// <summary>
/// Several XML files that stand one behind the other, as one text that an XML reader takes: it allows a declaration or a byte order mark only at the very
/// beginning, so each <c>&lt;?xml</c> becomes a processing instruction of another name, and each mark a space. Within CDATA that changes a letter nobody
/// looks at. Counts what goes through.
/// </summary>
internal sealed class JoinedXml(TextReader inner) : TextReader
{
    /// <summary>Characters of one file: GitLab's 30 MB.</summary>
    public const int MostOfFile = 30 * 1024 * 1024;

    /// <summary>Characters of all files of a job: GitLab's 100 MB.</summary>
    public const int MostOfJob = 100 * 1024 * 1024;

    private const string Opening = "<?xml";

    private long _total;
    private long _begun;
    private int _matched;

    /// <summary>What comes from here on is another file's.</summary>
    public void BeginFile() => _begun = _total;

    /// <exception cref="InvalidDataException">There is more than may be.</exception>
    public override int Read(char[] buffer, int index, int count)
    {
        var read = inner.Read(buffer, index, count);
        _total += read;
        if (_total - _begun > MostOfFile)
            throw new InvalidDataException("a file of it is larger than 30 MiB");
        if (_total > MostOfJob)
            throw new InvalidDataException("it is larger than 100 MiB");
        foreach (ref var c in buffer.AsSpan(index, read))
            Pass(ref c);
        return read;
    }

    public override int Read()
    {
        var one = new char[1];
        return Read(one, 0, 1) == 0 ? -1 : one[0];
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    private void Pass(ref char c)
    {
        if (c == '\uFEFF')
            c = ' ';
        _matched =
            c == Opening[_matched] ? _matched + 1
            : c == Opening[0] ? 1
            : 0;
        if (_matched < Opening.Length)
            return;
        c = '_';
        _matched = 0;
    }
}
