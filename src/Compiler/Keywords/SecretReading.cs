using System.Collections.Immutable;
using Slipway.Compiler.Keywords.Shapes;
using Slipway.Compiler.Yaml;
using static Slipway.Compiler.CompiledJob;

namespace Slipway.Compiler.Keywords;

/// <summary><c>id_tokens</c>, <c>secrets</c>, <c>dast_configuration</c>.</summary>
internal static class SecretReading
{
    private const string DefaultEngine = "kv-v2";

    public static ImmutableArray<IdToken> IdTokens(NodeReading read, ConfigNode node) =>
        node is not ConfigMapping tokens ? [] : [.. Maps(read, tokens).Select(token => Token(read, token.Name, token.Map))];

    private static IdToken Token(NodeReading read, string name, ConfigMapping map) =>
        new(name, read.Texts(map, "aud"), read.Node(map, "aud") is ConfigSequence);

    public static ImmutableArray<Secret> Secrets(NodeReading read, ConfigMapping secrets) =>
        [.. Maps(read, secrets).Select(secret => SecretOf(read, secret.Name, secret.Map)).OfType<Secret>()];

    private static Secret? SecretOf(NodeReading read, string name, ConfigMapping map) =>
        Source(read, map) is { } source ? new Secret(name, source, read.Flag(map, "file") ?? true, read.Text(map, "token")) : null;

    private static SecretSource? Source(NodeReading read, ConfigMapping secret)
    {
        var provider = SecretShapes.Providers.FirstOrDefault(secret.Has);
        if (provider is null || read.Node(secret, provider) is not { } node)
            return null;
        if (node is ConfigScalar text)
            return provider == "vault" ? ShortVault(text.Text) : ShortAws(text.Text);
        if (node is not ConfigMapping map)
            return null;
        return provider switch
        {
            "vault" => Vault(read, map),
            "azure_key_vault" => new SecretSource.Azure(read.Text(map, "name") ?? "", read.Text(map, "version")),
            "gcp_secret_manager" => new SecretSource.Gcp(
                read.Text(map, "name") ?? "",
                read.Text(map, "version") is { Length: > 0 } version ? version : "latest"
            ),
            "aws_secrets_manager" => Aws(read, map),
            _ => new SecretSource.Gitlab(read.Text(map, "name") ?? "", read.Text(map, "source")),
        };
    }

    private static SecretSource.Vault Vault(NodeReading read, ConfigMapping map)
    {
        var engine = read.Map(map, "engine");
        return new SecretSource.Vault(
            (engine is null ? null : read.Text(engine, "name")) ?? DefaultEngine,
            (engine is null ? null : read.Text(engine, "path")) ?? DefaultEngine,
            read.Text(map, "path") ?? "",
            read.Text(map, "field") ?? ""
        );
    }

    /// <summary><c>production/db/password@ops</c>: path, field behind the last slash, the engine's path behind the <c>@</c>.</summary>
    private static SecretSource.Vault ShortVault(string text)
    {
        var at = text.LastIndexOf('@');
        var secret = at < 0 ? text : text[..at];
        var slash = secret.LastIndexOf('/');
        return new SecretSource.Vault(
            DefaultEngine,
            at < 0 ? DefaultEngine : text[(at + 1)..],
            slash < 0 ? "" : secret[..slash],
            secret[(slash + 1)..]
        );
    }

    private static SecretSource.Aws Aws(NodeReading read, ConfigMapping map) =>
        new(read.Text(map, "secret_id") ?? "", read.Text(map, "field"))
        {
            VersionId = read.Text(map, "version_id"),
            VersionStage = read.Text(map, "version_stage"),
            Region = read.Text(map, "region"),
            RoleArn = read.Text(map, "role_arn"),
            RoleSessionName = read.Text(map, "role_session_name"),
        };

    /// <summary><c>app/db#password</c>: the field behind the number sign.</summary>
    private static SecretSource.Aws ShortAws(string text) =>
        text.IndexOf('#') is >= 0 and var sign
            ? new SecretSource.Aws(text[..sign], text[(sign + 1)..])
            : new SecretSource.Aws(text, Field: null);

    public static DastProfiles? Dast(NodeReading read, ConfigNode node) =>
        node is ConfigMapping map ? new DastProfiles(read.Text(map, "site_profile"), read.Text(map, "scanner_profile")) : null;

    private static IEnumerable<(string Name, ConfigMapping Map)> Maps(NodeReading read, ConfigMapping named)
    {
        foreach (var entry in named.Entries)
        {
            if (entry.Value is ConfigMapping map && !read.IsBad(map))
                yield return (entry.Key, map);
        }
    }
}
