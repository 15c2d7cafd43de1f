using Microsoft.AspNetCore.Http;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Secrets;

namespace Slipway.Server.Pipelines;

/// <summary>Whose CI/CD variables: a project's, a group's, or with neither the instance's.</summary>
/// <param name="Most">How many there may be: GitLab's defaults.</param>
internal sealed record VariableOwner(long? ProjectId, long? NamespaceId, int Most)
{
    private const int MostOfProject = 8000;
    private const int MostOfGroup = 30_000;
    private const int MostOfInstance = 25;

    // COALESCE: no id is 0, and NULL equals nothing.
    public const string Where =
        "COALESCE(project_id, 0) = COALESCE(@ProjectId, 0) AND COALESCE(namespace_id, 0) = COALESCE(@NamespaceId, 0)";

    /// <summary>A handler's parameter is filled in from what the route names.</summary>
    public static async ValueTask<VariableOwner> BindAsync(HttpContext http) =>
        await ProjectContext.BindAsync(http) is { } project ? new VariableOwner(project.Id, null, MostOfProject)
        : await GroupContext.BindAsync(http) is { } group ? new VariableOwner(null, group.Id, MostOfGroup)
        : new VariableOwner(null, null, MostOfInstance);
}

/// <summary>A variable as somebody wants it to be.</summary>
/// <param name="VariableType"><c>env_var</c> or <c>file</c>.</param>
internal sealed record VariableToKeep(
    string Key,
    string Value,
    string VariableType,
    bool Protected,
    bool Masked,
    bool Hidden,
    bool Raw,
    string EnvironmentScope,
    string? Description
)
{
    private const int LongestKey = 255;
    private const int LongestValue = 10_000;
    private const int LeastMasked = 8;

    /// <summary>What is wrong with it, in GitLab's words.</summary>
    public FieldError? Problem =>
        this switch
        {
            { Key: "" } => new("key", "can't be blank"),
            { Key.Length: > LongestKey } => new("key", $"is too long (maximum is {LongestKey} characters)"),
            _ when !Key.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') => new("key", "can contain only letters, digits and '_'."),
            { Value.Length: > LongestValue } => new("value", $"is too long (maximum is {LongestValue} characters)"),
            { VariableType: not ("env_var" or "file") } => new("variable_type", "does not have a valid value"),
            { EnvironmentScope.Length: > LongestKey } => new("environment_scope", $"is too long (maximum is {LongestKey} characters)"),
            { EnvironmentScope: "" } => new("environment_scope", "can't be blank"),
            { Masked: true } when !CanBeMasked => new("value", "is invalid"),
            _ => null,
        };

    /// <summary>https://docs.gitlab.com/ci/variables/#mask-a-cicd-variable: one line without blanks, of at least 8 characters; unless raw, only those a shell leaves alone.</summary>
    public bool CanBeMasked =>
        Value.Length >= LeastMasked
        && !Value.Any(char.IsWhiteSpace)
        && (Raw || Value.All(c => char.IsAsciiLetterOrDigit(c) || "_+=/@:.~-".Contains(c)));

    public object Arguments(VariableOwner owner, long id, SecretBox secrets) =>
        new
        {
            owner.NamespaceId,
            owner.ProjectId,
            Id = id,
            Key,
            Sealed = secrets.Seal(CiVariables.Purpose, Value),
            VariableType,
            IsProtected = Protected ? 1L : 0,
            IsMasked = Masked ? 1L : 0,
            IsHidden = Hidden ? 1L : 0,
            IsRaw = Raw ? 1L : 0,
            EnvironmentScope,
            Description,
        };
}

/// <summary>The rows of CI/CD variables. Values are sealed.</summary>
internal static class VariableStore
{
    public static Task<IReadOnlyList<CiVariableRow>> ListAsync(Db db, VariableOwner owner, Paging paging, CancellationToken ct) =>
        db.QueryAsync<CiVariableRow>($"SELECT * FROM ci_variables WHERE {VariableOwner.Where} ORDER BY name, id{paging.Limit}", owner, ct);

    public static Task<CiVariableRow?> FindAsync(Db db, VariableOwner owner, long id, CancellationToken ct) =>
        db.FindAsync<CiVariableRow>(
            $"SELECT * FROM ci_variables WHERE {VariableOwner.Where} AND id = @id",
            new
            {
                owner.NamespaceId,
                owner.ProjectId,
                id,
            },
            ct
        );

    /// <returns>The row, or what is wrong.</returns>
    public static async Task<(CiVariableRow? Row, FieldError? Error)> AddAsync(
        Db db,
        VariableOwner owner,
        VariableToKeep wanted,
        SecretBox secrets,
        CancellationToken ct
    )
    {
        if (wanted.Problem is { } problem)
            return (null, problem);
        return await db.WriteAsync<(CiVariableRow?, FieldError?)>(
            async (session, token) =>
            {
                if (
                    await session.FindAsync<long>($"SELECT count(*) FROM ci_variables WHERE {VariableOwner.Where}", owner, token)
                    >= owner.Most
                )
                    return (null, new FieldError("key", $"Maximum number of CI/CD variables ({owner.Most}) exceeded"));
                if (await TakenAsync(session, owner, wanted, 0, token))
                    return (null, Taken(wanted));
                const string add = """
                    INSERT INTO ci_variables (namespace_id, project_id, name, value, variable_type, protected, masked, hidden, raw, environment_scope, description)
                    VALUES (@NamespaceId, @ProjectId, @Key, @Sealed, @VariableType, @IsProtected, @IsMasked, @IsHidden, @IsRaw, @EnvironmentScope, @Description)
                    RETURNING *
                    """;
                return (await session.FindAsync<CiVariableRow>(add, wanted.Arguments(owner, 0, secrets), token), null);
            },
            ct
        );
    }

    /// <summary>Its name stays, and what is hidden stays hidden.</summary>
    /// <returns>The row, or what is wrong.</returns>
    public static async Task<(CiVariableRow? Row, FieldError? Error)> ChangeAsync(
        Db db,
        VariableOwner owner,
        long id,
        VariableToKeep wanted,
        SecretBox secrets,
        CancellationToken ct
    )
    {
        if (wanted.Problem is { } problem)
            return (null, problem);
        return await db.WriteAsync<(CiVariableRow?, FieldError?)>(
            async (session, token) =>
            {
                if (await TakenAsync(session, owner, wanted, id, token))
                    return (null, Taken(wanted));
                const string change = """
                    UPDATE ci_variables SET value = @Sealed, variable_type = @VariableType, protected = @IsProtected, masked = @IsMasked, raw = @IsRaw,
                      environment_scope = @EnvironmentScope, description = @Description
                    WHERE id = @Id RETURNING *
                    """;
                return (await session.FindAsync<CiVariableRow>(change, wanted.Arguments(owner, id, secrets), token), null);
            },
            ct
        );
    }

    public static Task<int> RemoveAsync(Db db, CiVariableRow row, CancellationToken ct) =>
        db.ExecuteAsync("DELETE FROM ci_variables WHERE id = @Id", new { row.Id }, ct);

    private static FieldError Taken(VariableToKeep wanted) => new("key", $"({wanted.Key}) has already been taken");

    private static async Task<bool> TakenAsync(
        Session session,
        VariableOwner owner,
        VariableToKeep wanted,
        long except,
        CancellationToken ct
    ) =>
        await session.FindAsync<long>(
            $"SELECT count(*) FROM ci_variables WHERE {VariableOwner.Where} AND name = @Key AND environment_scope = @EnvironmentScope AND id <> @except",
            new
            {
                owner.NamespaceId,
                owner.ProjectId,
                wanted.Key,
                wanted.EnvironmentScope,
                except,
            },
            ct
        ) > 0;
}
