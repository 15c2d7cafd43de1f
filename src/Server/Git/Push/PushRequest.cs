using System.Text;

namespace Slipway.Server.Git.Push;

/// <summary>
/// What stands before the pack in a push: which refs are to go from where to where, what the client can do, and its push options. Read and judged before a
/// single object is taken. https://git-scm.com/docs/pack-protocol#_reference_update_request_and_packfile_transfer
/// </summary>
internal sealed record PushRequest(IReadOnlyList<RefUpdate> Commands, IReadOnlySet<string> Capabilities, IReadOnlyList<string> Options)
{
    /// <summary>Refs in one push.</summary>
    public const int MaxCommands = 100_000;

    /// <summary>Bytes of all lines before the pack.</summary>
    public const int MaxBytes = 32 << 20;

    private const int MaxOptions = 256;
    private const int IdLength = 40;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public bool IsAtomic => Capabilities.Contains("atomic");

    /// <summary>Whether a pack follows.</summary>
    public bool HasPack => Commands.Any(command => !command.Deletes);

    /// <summary>Reads up to where the pack begins.</summary>
    /// <exception cref="PktFormatException">It is no push, or too much of one.</exception>
    public static async Task<PushRequest> ReadAsync(Stream from, CancellationToken ct)
    {
        var commands = new List<RefUpdate>();
        var capabilities = new HashSet<string>();
        var left = MaxBytes;
        while (await LineAsync() is { } line)
        {
            // A shallow client says where its history ends. Ours does not end there, and what a push needs is checked to be here.
            if (line.StartsWith("shallow "))
                continue;
            var end = line.IndexOf('\0');
            if (end >= 0 && commands.Count == 0)
                capabilities.UnionWith(line[(end + 1)..].TrimEnd('\n').Split(' ', StringSplitOptions.RemoveEmptyEntries));
            commands.Add(Command((end >= 0 ? line[..end] : line).TrimEnd('\n')));
            if (commands.Count > MaxCommands)
                throw new PktFormatException($"A push of more than {MaxCommands} refs.");
        }

        var options = new List<string>();
        if (commands.Count > 0 && capabilities.Contains("push-options"))
        {
            while (await LineAsync() is { } option)
            {
                options.Add(option.TrimEnd('\n'));
                if (options.Count > MaxOptions)
                    throw new PktFormatException($"More than {MaxOptions} push options.");
            }
        }

        return new PushRequest(commands, capabilities, options);

        async ValueTask<string?> LineAsync()
        {
            if (await PktLine.ReadAsync(from, ct) is not { } bytes)
                return null;
            left -= bytes.Length + 4;
            return left >= 0 ? Text(bytes) : throw new PktFormatException("The list of commands is too long.");
        }
    }

    private static string Text(byte[] bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new PktFormatException("A name is not UTF-8.", e);
        }
    }

    /// <param name="line">OLD SP NEW SP NAME.</param>
    private static RefUpdate Command(string line)
    {
        if (line.Length <= 2 * IdLength + 2 || line[IdLength] != ' ' || line[2 * IdLength + 1] != ' ')
            throw new PktFormatException("A line is no command.");
        var update = new RefUpdate(line[(2 * IdLength + 2)..], line[..IdLength], line[(IdLength + 1)..(2 * IdLength + 1)]);
        return RefNames.IsSha(update.Old) && RefNames.IsSha(update.New) ? update : throw new PktFormatException("An id is none.");
    }
}
