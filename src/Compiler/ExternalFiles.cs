namespace Slipway.Compiler;

/// <summary>
/// What lies outside of the commit whose pipeline is compiled, as three questions: other projects, their component versions, and files on the
/// web. The compiler asks each question at most once, and only for what an include or a rule names. Texts that end up in a message are one line.
/// </summary>
/// <param name="Project">A project's tree at a ref.</param>
/// <param name="Versions">
/// What the project of a path has published in the CI/CD catalog as versions of its components: names as tagged, <c>1.2.0</c> or <c>v1.2.0</c>, in
/// any order. <see langword="null"/>: it is not in the catalog, so <c>~latest</c> and <c>1.2</c> mean nothing. Empty also when there is no such
/// project or nobody can be asked: the question for the project itself will tell.
/// </param>
/// <param name="Remote">
/// GET of an http or https address. The time says how old a kept answer may be; <see langword="null"/>: the file is to be fetched anew. At most
/// 2 MiB and a byte of it are looked at.
/// </param>
public sealed record ExternalFiles(
    Func<ExternalFiles.ProjectRequest, ProjectAnswer> Project,
    Func<string, IReadOnlyList<string>?> Versions,
    Func<Uri, TimeSpan?, RemoteAnswer> Remote
)
{
    /// <summary>Nobody can be asked: lint of a text that stands alone, and tests.</summary>
    public static ExternalFiles None { get; } =
        new(
            _ => new ProjectAnswer.Unavailable("files of other projects cannot be read here", null),
            _ => [],
            (_, _) => new RemoteAnswer.Refused("the web cannot be asked here")
        );

    /// <param name="Path"><c>group/sub/project</c>, as written in the configuration; compared without regard to case.</param>
    /// <param name="Ref"><c>HEAD</c> (the default branch), a full commit SHA, a tag, a branch, in this order; or a full name, <c>refs/tags/1.0</c>. May be anything a user can write.</param>
    public sealed record ProjectRequest(string Path, string Ref)
    {
        /// <summary>
        /// The file that asks is itself of no project (a remote file, a template): on a server it sees what everybody may see.
        /// https://docs.gitlab.com/ci/yaml/#includeremote
        /// </summary>
        public bool PublicOnly { get; init; }
    }
}

/// <summary>Whether a project's files can be read at a ref.</summary>
public abstract record ProjectAnswer
{
    private ProjectAnswer() { }

    /// <param name="Path">The project's path as it calls itself.</param>
    /// <param name="Sha">The commit; what is nested in the project's files is read from there.</param>
    public sealed record Found(ProjectTree Tree, string Path, string Sha) : ProjectAnswer;

    /// <summary>There is no such project, or the user may not read it.</summary>
    /// <param name="Help">More than GitLab's words say; <see langword="null"/> when nothing is known.</param>
    public sealed record NoProject(string? Help = null) : ProjectAnswer;

    public sealed record NoRef(string? Help = null) : ProjectAnswer;

    /// <summary>Nobody could be asked.</summary>
    /// <param name="Reason">Why, as the end of a sentence.</param>
    /// <param name="Help">What to do; <see langword="null"/> when the reason says it all.</param>
    public sealed record Unavailable(string Reason, string? Help) : ProjectAnswer;
}

/// <summary>What came of fetching a file from the web.</summary>
public abstract record RemoteAnswer
{
    private RemoteAnswer() { }

    public sealed record Body(ReadOnlyMemory<byte> Bytes) : RemoteAnswer;

    /// <param name="Code">300 or more.</param>
    /// <param name="Attempts">How often it was tried, 1 or more.</param>
    public sealed record HttpCode(int Code, int Attempts) : RemoteAnswer;

    /// <summary>The host's name is not known, or the connection broke.</summary>
    public sealed record SocketError(int Attempts) : RemoteAnswer;

    public sealed record TimedOut(int Attempts) : RemoteAnswer;

    /// <summary>The answer was no HTTP that can be followed: too many redirects, a bad header, a failed handshake.</summary>
    public sealed record HttpError(int Attempts) : RemoteAnswer;

    /// <summary>It was not tried, or the other side would not talk.</summary>
    /// <param name="Why">The end of GitLab's sentence <c>Remote file could not be fetched because …!</c></param>
    public sealed record Refused(string Why) : RemoteAnswer;
}
