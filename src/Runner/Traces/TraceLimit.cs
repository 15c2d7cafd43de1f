namespace Slipway.Runner.Traces;

/// <summary>Ends a log that grows too long (runner-protocol §10.5): cut between two characters, one notice, and nothing after.</summary>
internal sealed class TraceLimit(long limit)
{
    private long _length;
    private bool _reached;

    /// <summary>Passes on as much of <paramref name="input"/>, which is UTF-8, as may still be written.</summary>
    public void Apply(ReadOnlySpan<byte> input, ByteBuffer output)
    {
        if (_reached)
            return;
        if (_length + input.Length < limit)
        {
            output.Append(input);
            _length += input.Length;
            return;
        }

        _reached = true;
        var cut = (int)Math.Min(limit - _length, input.Length);
        while (cut > 0 && cut < input.Length && (input[cut] & 0xC0) == 0x80)
            cut--;
        output.Append(input[..cut]);
        output.Append(
            System.Text.Encoding.UTF8.GetBytes(
                $"\n\e[33;1mJob's log exceeded limit of {limit} bytes.\nJob execution will continue but no more output will be collected.\e[0;m\n"
            )
        );
    }
}
