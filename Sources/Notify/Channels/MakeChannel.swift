package import Launch

/// The channel that a plan of the config describes.
package func makeChannel(for plan: ChannelPlan, in context: ChannelContext) -> any Channel {
    let limit = plan.limit
    return switch plan.kind {
    case .sms(let twilio, let segments): SMSChannel(twilio, segments: segments, limit: limit, in: context)
    case .voice(let twilio, let voice): VoiceChannel(twilio, voice, limit: limit, in: context)
    case .push(let firebase): PushChannel(firebase, limit: limit, in: context)
    case .slackWebhook(let url): SlackWebhookChannel(url: url, limit: limit, in: context)
    case .slack(let slack): SlackChannel(slack, to: plan.to, limit: limit, in: context)
    case .pagerDuty(let service): PagerDutyChannel(service, limit: limit, in: context)
    case .email(let email): EmailChannel(email, to: plan.to, limit: limit, in: context)
    case .webhook(let webhook): WebhookChannel(webhook, name: plan.name, limit: limit, in: context)
    case .command(let command): CommandChannel(command, limit: limit, in: context)
    }
}

/// All channels of a config, by name.
package func makeChannels(for plans: [ChannelPlan], in context: ChannelContext) -> [String: any Channel] {
    Dictionary(plans.map { ($0.name, makeChannel(for: $0, in: context)) }, uniquingKeysWith: { first, _ in first })
}
