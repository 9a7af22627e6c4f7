//! An adapter of a vendor that links by OAuth: everything that follows from that, written once.

use async_trait::async_trait;
use postern_contract::adapter::{
    AdapterError, ClipGetInput, ClipsFound, CommandAccepted, Description, DoorCloseInput, DoorInput,
    DoorOpenInput, DoorRead, DoorsListed, EventsParseInput, EventsParsed, EventsSubscribeInput,
    EventsSubscribed, LinkBeginInput, LinkRevoked,
};
use postern_contract::text::SecretText;

use crate::adapter::unsupported;
use crate::{Adapter, Begun, CallContext, Granted, OAuth, PkceSession, TakesOrders, TokenSet, carry_out};

/// A vendor that links by OAuth and whose doors are read and ordered as [`TakesOrders`] says.
///
/// Whoever implements this is an [`Adapter`]: an account is linked and refreshed by [`Self::oauth`], a door is read by
/// [`TakesOrders::look`], and every order goes through [`carry_out`]. A vendor that links in another way implements [`Adapter`] itself.
#[async_trait]
pub trait OAuthAdapter: TakesOrders + Send + 'static {
    /// What this adapter is and can do.
    fn description(&self) -> &Description;

    /// The vendor's authorization server.
    fn oauth(&self) -> &OAuth;

    /// The account's garage doors, each once, and nothing else of what the account has.
    ///
    /// # Errors
    /// Always `not_executed`.
    async fn list(&self, call: &CallContext, tokens: &TokenSet) -> Result<DoorsListed, AdapterError>;

    /// Gives the tokens back. Unless overridden there is no way to, and it would be untrue to say that they were void.
    ///
    /// # Errors
    /// `not_executed` only if the tokens are certainly as good as before.
    async fn give_back(&self, call: &CallContext, tokens: TokenSet) -> Result<LinkRevoked, AdapterError> {
        let _ = (call, tokens);
        Ok(LinkRevoked {
            revoked_at_vendor: false,
        })
    }

    /// As [`Adapter::events_subscribe`].
    ///
    /// # Errors
    /// `unsupported` unless overridden.
    async fn subscribe(
        &self,
        call: &CallContext,
        tokens: &TokenSet,
        input: &EventsSubscribeInput,
    ) -> Result<EventsSubscribed, AdapterError> {
        let _ = (call, tokens, input);
        Err(unsupported("events.subscribe"))
    }

    /// As [`Adapter::events_parse`].
    ///
    /// # Errors
    /// `unsupported` unless overridden.
    async fn parse(
        &self,
        call: &CallContext,
        input: &EventsParseInput,
    ) -> Result<EventsParsed, AdapterError> {
        let _ = (call, input);
        Err(unsupported("events.parse"))
    }

    /// As [`Adapter::clip_get`].
    ///
    /// # Errors
    /// `unsupported` unless overridden.
    async fn clips(
        &self,
        call: &CallContext,
        tokens: &TokenSet,
        input: &ClipGetInput,
    ) -> Result<ClipsFound, AdapterError> {
        let _ = (call, tokens, input);
        Err(unsupported("clip.get"))
    }
}

#[async_trait]
impl<V: OAuthAdapter> Adapter for V {
    type Credentials = TokenSet;
    type Session = PkceSession;

    fn describe(&self) -> Description {
        self.description().clone()
    }

    async fn link_begin(
        &self,
        _: &CallContext,
        input: &LinkBeginInput,
    ) -> Result<Begun<PkceSession>, AdapterError> {
        let (authorize_url, session) = self.oauth().begin(&input.state, &input.redirect_uri)?;
        Ok(Begun::page(authorize_url, session))
    }

    async fn link_complete(
        &self,
        call: &CallContext,
        session: PkceSession,
        redirect_uri: &str,
        code: &SecretText,
    ) -> Result<Granted<TokenSet>, AdapterError> {
        let tokens = self.oauth().complete(call, session, redirect_uri, code).await?;
        Ok(tokens.granted(call.now()))
    }

    async fn link_refresh(
        &self,
        call: &CallContext,
        credentials: TokenSet,
    ) -> Result<Granted<TokenSet>, AdapterError> {
        let tokens = self.oauth().refresh(call, &credentials).await?;
        Ok(tokens.granted(call.now()))
    }

    async fn link_revoke(
        &self,
        call: &CallContext,
        credentials: TokenSet,
    ) -> Result<LinkRevoked, AdapterError> {
        self.give_back(call, credentials).await
    }

    async fn doors_list(&self, call: &CallContext, tokens: &TokenSet) -> Result<DoorsListed, AdapterError> {
        self.list(call, tokens).await
    }

    async fn door_read(
        &self,
        call: &CallContext,
        tokens: &TokenSet,
        input: &DoorInput,
    ) -> Result<DoorRead, AdapterError> {
        let (_, reading) = self.look(call, tokens, &input.door).await?;
        Ok(DoorRead { reading })
    }

    async fn door_open(
        &self,
        call: &CallContext,
        tokens: &TokenSet,
        input: &DoorOpenInput,
    ) -> Result<CommandAccepted, AdapterError> {
        carry_out(self, call, tokens, input.into()).await
    }

    async fn door_close(
        &self,
        call: &CallContext,
        tokens: &TokenSet,
        input: &DoorCloseInput,
    ) -> Result<CommandAccepted, AdapterError> {
        carry_out(self, call, tokens, input.into()).await
    }

    async fn events_subscribe(
        &self,
        call: &CallContext,
        tokens: &TokenSet,
        input: &EventsSubscribeInput,
    ) -> Result<EventsSubscribed, AdapterError> {
        self.subscribe(call, tokens, input).await
    }

    async fn events_parse(
        &self,
        call: &CallContext,
        input: &EventsParseInput,
    ) -> Result<EventsParsed, AdapterError> {
        self.parse(call, input).await
    }

    async fn clip_get(
        &self,
        call: &CallContext,
        tokens: &TokenSet,
        input: &ClipGetInput,
    ) -> Result<ClipsFound, AdapterError> {
        self.clips(call, tokens, input).await
    }
}
