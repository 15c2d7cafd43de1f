using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Slipway.Server.Http;

namespace Slipway.Server.Accounts;

/// <summary>
/// Hashes of passwords: PBKDF2 with HMAC-SHA512, 210,000 rounds, as OWASP's cheat sheet asks for. That is a tenth of a second of a processor, so no more run
/// at a time than there are processors.
/// </summary>
internal sealed class Passwords : IDisposable
{
    public const int MinLength = 8;
    public const int MaxLength = 128;

    private static readonly UserToMake Nobody = new("", "", "");

    private readonly PasswordHasher<UserToMake> _hasher;
    private readonly SemaphoreSlim _processors = new(Environment.ProcessorCount);
    private readonly Lazy<string> _ofNobody;

    public Passwords(ServerOptions options)
    {
        _hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = options.PasswordRounds }));
        _ofNobody = new(() => _hasher.HashPassword(Nobody, Tokens.Create("")));
    }

    public static FieldError? Check(string password) =>
        password.Length < MinLength ? new FieldError("password", $"is too short (minimum is {MinLength} characters)")
        : password.Length > MaxLength ? new FieldError("password", $"is too long (maximum is {MaxLength} characters)")
        : null;

    public Task<string> HashAsync(string password, CancellationToken ct) => InTurnAsync(() => _hasher.HashPassword(Nobody, password), ct);

    /// <summary>Whether the password is the one that was hashed. Without a hash it takes as long, and is not.</summary>
    public async Task<bool> IsAsync(string password, string? hash, CancellationToken ct)
    {
        if (password.Length > MaxLength)
            return false;
        var against = hash ?? _ofNobody.Value;
        var result = await InTurnAsync(() => _hasher.VerifyHashedPassword(Nobody, against, password), ct);
        return hash is not null && result != PasswordVerificationResult.Failed;
    }

    public void Dispose() => _processors.Dispose();

    private async Task<T> InTurnAsync<T>(Func<T> work, CancellationToken ct)
    {
        await _processors.WaitAsync(ct);
        try
        {
            return await Task.Run(work, ct);
        }
        finally
        {
            _processors.Release();
        }
    }
}
