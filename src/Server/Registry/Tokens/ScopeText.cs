namespace Slipway.Server.Registry.Tokens;

/// <summary>What may be done with a repository.</summary>
[Flags]
internal enum RegistryActions
{
    None = 0,
    Pull = 1,
    Push = 2,
    Delete = 4,
}

/// <summary>What a client asks for: <c>repository:group/app:pull,push</c>, or <c>registry:catalog:*</c>. https://distribution.github.io/distribution/spec/auth/scope/</summary>
/// <param name="Name">The repository's; nothing for the catalog.</param>
internal sealed record AskedScope(string? Name, RegistryActions Actions)
{
    public const string OfCatalog = "registry:catalog:*";

    /// <summary>Of one request; more are passed over. The header that carries a token has to stay small.</summary>
    private const int Most = 20;

    /// <param name="texts">Each may hold several, separated by blanks. What is none is passed over, as the specification has it.</param>
    /// <returns>One for each repository: who asks twice asks for both.</returns>
    public static IReadOnlyList<AskedScope> Parse(IEnumerable<string?> texts) =>
        [
            .. texts
                .SelectMany(text => (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(Most))
                .Select(One)
                .OfType<AskedScope>()
                .GroupBy(scope => scope.Name)
                .Select(same => new AskedScope(same.Key, same.Aggregate(RegistryActions.None, (all, one) => all | one.Actions)))
                .Take(Most),
        ];

    /// <summary>As it stands in a challenge.</summary>
    public override string ToString() => Name is null ? OfCatalog : $"repository:{Name}:{string.Join(',', Words(Actions))}";

    private static IEnumerable<string> Words(RegistryActions actions)
    {
        if (actions.HasFlag(RegistryActions.Pull))
            yield return "pull";
        if (actions.HasFlag(RegistryActions.Push))
            yield return "push";
        if (actions.HasFlag(RegistryActions.Delete))
            yield return "delete";
    }

    private static AskedScope? One(string text)
    {
        if (text == OfCatalog)
            return new AskedScope(null, RegistryActions.None);
        var (first, last) = (text.IndexOf(':'), text.LastIndexOf(':'));
        if (first < 0 || last <= first || text[..first].Split('(')[0] != "repository")
            return null;
        var actions = text[(last + 1)..].Split(',').Aggregate(RegistryActions.None, (all, word) => all | Action(word));
        return actions == RegistryActions.None ? null : new AskedScope(text[(first + 1)..last], actions);
    }

    private static RegistryActions Action(string word) =>
        word switch
        {
            "pull" => RegistryActions.Pull,
            "push" => RegistryActions.Push,
            "delete" => RegistryActions.Delete,
            "*" => RegistryActions.Pull | RegistryActions.Push | RegistryActions.Delete,
            _ => RegistryActions.None,
        };
}
