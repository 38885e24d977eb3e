namespace Actors;

/// <summary>A message that says what answers it, so that <c>AskAsync</c> is typed by its request.</summary>
/// <typeparam name="TReply">The type of the answer.</typeparam>
public interface IRequest<TReply>;
